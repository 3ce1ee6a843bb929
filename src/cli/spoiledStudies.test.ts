import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { exitCodes } from '../core/errors.ts'
import { spoiledStudy } from '../testing/spoiledStudy.ts'
import { temporary } from '../testing/watchStudy.ts'
import { captureIo } from './capturedIo.ts'
import { runCli } from './runCli.ts'

test('the command refuses 200 spoiled studies with exit code 2 and a place, and never with a stack trace', async (t) => {
  const directory = temporary(t)
  const file = join(directory, 'study.yaml')
  await fc.assert(
    fc.asyncProperty(spoiledStudy, async ([study = '', base = '']) => {
      writeFileSync(file, study)
      writeFileSync(join(directory, 'base.yaml'), base)
      const io = captureIo()
      await runCli(['run', file, '-o', directory], io)
      const { stdout, stderr } = io.text
      assert.deepEqual([io.exitCode, stdout], [exitCodes.badInput, ''], stderr)
      assert.match(stderr, /^error: .*: \d+ problems?\n {2}(\S*base\.yaml:)?\d+:\d+[ :]/)
      assert.doesNotMatch(stderr, /^ +at /m)
    }),
    { seed: 4, numRuns: 200 },
  )
})
