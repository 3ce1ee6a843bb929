import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { monotonicClock } from '../core/clock.ts'
import { programs } from '../core/programs.ts'
import { survivors } from '../testing/programs.ts'
import { requirePart } from '../testing/requirePart.ts'
import { noProcessTable } from '../testing/runQuietly.ts'
import { smallDisk } from '../testing/smallDisk.ts'
import { quick, temporary } from '../testing/watchStudy.ts'

const command = fileURLToPath(programs.command)
const { PATH, HOME } = process.env
const env = { PATH, HOME }

/** Runs a quick study with the built command, results below `resultsDir`. */
function llemRun(directory: string, resultsDir: string, fake: object = {}) {
  const file = join(directory, 'study.yaml')
  writeFileSync(file, JSON.stringify({ ...quick, fake }))
  return [command, 'run', file, '--output', resultsDir, '--json']
}

function failsAtOnce(argv: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { env, encoding: 'utf8' })
  const record = JSON.parse(stdout)
  assert.equal(record.exitCode, status)
  assert.deepEqual(record.experiments, [])
  assert.match(stderr, /^error: .*\nhint: .*\n$/)
  return { status, error: record.error }
}

test('a results directory that cannot be made is told before anything runs', (t) => {
  const directory = temporary(t)
  writeFileSync(join(directory, 'file'), '')
  const places = [join(directory, 'file'), join(directory, 'file', 'below'), '/proc/none/below']
  for (const place of places) {
    const { status, error } = failsAtOnce(llemRun(directory, place))
    assert.equal(status, 3)
    assert.equal(error.code, 'RESULTS_UNWRITABLE')
    assert.ok(error.message.includes(place), error.message)
    assert.match(error.hint, /--output/)
    if (place.includes('file')) assert.match(error.message, /: it is a file, or below one$/)
  }
})

test('a disk that is full is told before anything runs', (t) => {
  const disk = smallDisk(t)
  if (!requirePart(t, 'tmpfs', disk.missing)) return
  disk.fill()
  const { status, error } = failsAtOnce(llemRun(temporary(t), disk.path))
  assert.equal(status, 3)
  assert.equal(error.code, 'DISK_FULL')
  assert.match(error.hint, /--output/)
})

test('a worker does not outlive a command that was killed', { timeout: 60_000 }, async (t) => {
  if (!requirePart(t, 'linux', noProcessTable)) return
  const directory = temporary(t)
  const argv = llemRun(directory, directory, { hang_at_request: 2 })
  const host = spawn(process.execPath, argv, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  for await (const line of createInterface({ input: host.stderr })) if (/launch/.test(line)) break
  assert.equal(survivors(join(directory, 'study-')).length, 1)
  host.kill('SIGKILL')
  while (survivors(directory).length > 0) await monotonicClock.sleep(10)
  const [study = ''] = readdirSync(directory).filter((name) => name.startsWith('study-'))
  assert.equal(readdirSync(join(directory, study, 'runs')).length, 1)
})
