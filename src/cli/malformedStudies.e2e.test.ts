import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { programs } from '../core/programs.ts'

const command = fileURLToPath(programs.command)
const fixtures = fileURLToPath(new URL('../../test/fixtures/malformed-studies', import.meta.url))

const names = [
  'sweep-typos',
  'sweep-shapes',
  'entries',
  'base-of-a-study',
  'broken-base',
  'bad-indentation',
  'odd-keys',
  'contradictions',
  'python-tool-newer',
]

for (const name of names) {
  test(`the command refuses a malformed study with exit code 2 and places: ${name}`, (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'llem-e2e-'))
    t.after(() => rmSync(directory, { recursive: true }))
    const golden = readFileSync(join(fixtures, `${name}.txt`), 'utf8')
    const [, study = '', base] = golden.split(/^=== (?:file|base common\.yaml|problems)\n/m)
    writeFileSync(join(directory, 'study.yaml'), study)
    // Where a study has no base, this is its problems, which nobody reads.
    writeFileSync(join(directory, 'common.yaml'), base ?? '')
    const { PATH, HOME } = process.env
    const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'run', 'study.yaml'], {
      cwd: directory,
      env: { PATH, HOME },
      encoding: 'utf8',
    })
    assert.deepEqual([status, stdout], [2, ''])
    assert.match(stderr, /^error: study\.yaml: \d+ problems?\n {2}(common\.yaml:)?\d+:\d+[ :]/)
    assert.doesNotMatch(stderr, /^ +at /m)
  })
}
