import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { decodeLine } from '../../core/ndjson.ts'
import { programs } from '../../core/programs.ts'
import { runQuietly } from '../../testing/runQuietly.ts'

const command = fileURLToPath(programs.command)
const { PATH, HOME } = process.env

const record = z.object({
  loads: z.array(
    z.object({
      bias: z.object({
        rows: z.array(
          z.object({
            metric: z.string(),
            server: z.number().nullable(),
            client: z.number().nullable(),
          }),
        ),
      }),
    }),
  ),
})

test('the load of a study is replayed, and the tokens of server and client agree', async () => {
  let text = ''
  const words = ['bench-client', 'examples/request-rate.yaml', '-n', '6', '--json', '-q']
  const short = ['--max-output-tokens', '5', '--set', 'sweep.load.rate_per_second=[50, 100]']
  const fast = ['--set', 'warmup.enabled=false', '--ttft-ms', '5', '--tokens-per-second', '500']
  const exit = await runQuietly([process.execPath, command, ...words, ...short, ...fast], {
    env: { PATH, HOME },
    onLine: (line) => {
      text += `${line}\n`
    },
  })
  assert.equal(exit.code, 0, exit.stderrTail)
  const { loads } = record.parse(JSON.parse(text))
  assert.equal(loads.length, 2)
  for (const { bias } of loads) {
    const tokens = bias.rows.find(({ metric }) => metric === 'output tokens')
    assert.deepEqual([tokens?.server, tokens?.client], [30, 30])
    const first = bias.rows.find(({ metric }) => metric === 'time to first token, mean')
    assert.ok((first?.client ?? 0) >= (first?.server ?? Number.NaN))
  }
})

test('the fake server says where it is, answers, and ends on SIGINT', async () => {
  const child = spawn(process.execPath, [command, 'fake-server', '--set', 'model=made-up'], {
    env: { PATH, HOME },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  const url = decodeLine(String(line).trim(), z.object({ url: z.string() }))?.url
  const response = await fetch(`${url}/models`)
  assert.match(await response.text(), /made-up/)
  child.kill('SIGINT')
  const [code] = await once(child, 'exit')
  assert.equal(code, 0)
})
