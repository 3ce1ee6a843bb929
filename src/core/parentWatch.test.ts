import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { programArgv, survivors } from '../testing/programs.ts'
import { requirePart } from '../testing/requirePart.ts'
import { newToken, noProcessTable, runQuietly, well } from '../testing/runQuietly.ts'
import { monotonicClock } from './clock.ts'

/** Not with `runProgram`: that would clean up what a host that was killed leaves behind. */
async function startHost(habit: string, token: string): Promise<ChildProcess> {
  const [file = '', ...args] = programArgv('hostOf', habit, token)
  const host = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: host.stdout })) if (line === 'ready') break
  return host
}

for (const habit of ['waits', 'spins', 'hasChild']) {
  test(`a worker that ${habit} does not outlive a host that was killed`, async (t) => {
    if (!requirePart(t, 'linux', noProcessTable)) return
    const token = newToken()
    const host = await startHost(habit, token)
    assert.equal(survivors(token).length, habit === 'hasChild' ? 3 : 2)
    host.kill('SIGKILL')
    while (survivors(token).length > 0) await monotonicClock.sleep(10)
  })
}

test('a worker that watches its host still ends by itself', async () => {
  assert.deepEqual(await runQuietly(programArgv('tethered', 'ends'), { isTethered: true }), well)
})

test('a worker without a host does not take an empty stdin for a lost one', async () => {
  assert.deepEqual(await runQuietly(programArgv('tethered', 'ends')), well)
})
