import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testImage } from '../testing/dockerImage.ts'
import { runnerContract } from '../testing/runner.contract.ts'
import { loadRunner, runnerNames } from './registry.gen.ts'

/** The image each runner runs our programs in; null for a runner without images. */
const images: Record<string, string | null> = {
  docker: testImage('glibc').name,
  local: null,
}

test('every runner has a case for its contract tests', () => {
  assert.deepEqual(Object.keys(images).sort(), [...runnerNames].sort())
})

for (const name of runnerNames) {
  runnerContract({
    name,
    load: () => loadRunner(name),
    options: {},
    image: images[name] ?? null,
    env: process.env,
  })
}
