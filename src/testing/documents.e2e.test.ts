import assert from 'node:assert/strict'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { monotonicClock } from '../core/clock.ts'
import { runProgram } from '../core/process.ts'
import { programs } from '../core/programs.ts'

const command = fileURLToPath(programs.command)
/** Last on the line and so in force: the commands of the documents, with a fraction of their work. */
const brief =
  '--model synthetic/tiny -n 1 --max-output-tokens 4 --set baseline.enabled=false --set warmup.enabled=false'
/** What a reader replaces by his own: a file, a download. And what installs, which CI has done. */
const notRun = /model\.gguf|hf:org|npm (ci|test)|^git /

for (const document of ['README.md', 'docs/tutorial.md']) {
  test(`every command of ${document} works as it stands`, async () => {
    const { files, commands } = readDocument(await readFile(document, 'utf8'))
    assert.ok(commands.length >= 3)
    const cwd = await mkdtemp(join(tmpdir(), 'llem-document-'))
    for (const [name, text] of files) await writeFile(join(cwd, name), text)
    for (const line of commands) {
      const output: string[] = []
      const exit = await runProgram({
        argv: ['bash', '-c', line],
        env: { ...process.env, LLEM_LOCK_DIR: join(cwd, 'locks') },
        cwd,
        timeoutMs: 120_000,
        silenceMs: null,
        clock: monotonicClock,
        onLine: (text) => output.push(text),
      })
      // 3 is what `llem doctor` says of a machine without sensors: an answer, not a failure.
      const isAnswer = exit.code === 0 || (line.includes('doctor') && exit.code === 3)
      assert.ok(isAnswer, `${line}\n${output.join('\n')}\n${exit.stderrTail}`)
    }
  })
}

/** Commands of the `sh` blocks, and the files that a sentence before a `yaml` block names. */
function readDocument(text: string): { files: [string, string][]; commands: string[] } {
  const blocks = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)]
  const files = blocks.flatMap(({ index, 1: kind, 2: body = '' }): [string, string][] => {
    const name = text.slice(0, index).match(/`([\w-]+\.yaml)`:\s*$/)?.[1]
    return kind === 'yaml' && name !== undefined ? [[name, body]] : []
  })
  const commands = blocks
    .filter(({ 1: kind }) => kind === 'sh')
    .flatMap(({ 2: body = '' }) => body.split('\n'))
    .filter((line) => line !== '' && !notRun.test(line))
    .map((line) => (line.startsWith('npx llem run') ? `${line} ${brief}` : line))
    .map((line) => line.replace(/^npx llem (.*)$/, `'${process.execPath}' '${command}' $1`))
  return { files, commands }
}
