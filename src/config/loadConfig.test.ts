import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleSections as sections } from '../testing/sampleSections.ts'
import { connectionCount, inFlightLimit, requestCount } from './loadConfig.ts'
import { parseStudy } from './parseStudy.ts'

function problemsWith(load: Record<string, unknown>, others: Record<string, unknown> = {}) {
  const parsed = parse(load, others)
  return parsed.ok
    ? []
    : parsed.problems.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

function parse(load: Record<string, unknown>, others: Record<string, unknown>) {
  const written = { model: 'm', backend: 'fake', load, ...others }
  const study = parseStudy({ written, file: 'study.yaml', overrides: [], sections })
  if (!study.ok) return study
  const [candidate] = study.value.candidates()
  assert.ok(candidate !== undefined)
  return candidate.parsed
}

function configWith(load: Record<string, unknown>, others: Record<string, unknown> = {}) {
  const parsed = parse(load, others)
  assert.ok(parsed.ok)
  return parsed.value.config
}

const stages = [
  { rate_per_second: 1, duration_seconds: 10 },
  { rate_per_second: 4, duration_seconds: 5 },
]

test('every way of arriving is accepted with its own keys', () => {
  assert.deepEqual(problemsWith({ concurrency: 4 }), [])
  assert.deepEqual(problemsWith({ mode: 'offline', timeout_seconds: 3 }), [])
  assert.deepEqual(problemsWith({ mode: 'open', rate_per_second: 2, max_concurrency: 8 }), [])
  assert.deepEqual(
    problemsWith({ mode: 'open', arrivals: 'gamma', rate_per_second: 2, burstiness: 0.5 }),
    [],
  )
  assert.deepEqual(problemsWith({ mode: 'open', arrivals: 'trace', trace: 'a.txt' }), [])
  assert.deepEqual(problemsWith({ mode: 'stages', arrivals: 'constant', stages }), [])
})

test('a key that has no effect is refused, with the keys that have one', () => {
  assert.deepEqual(problemsWith({ rate_per_second: 2 }), [
    'load.rate_per_second: expected a key of mode: closed (timeout_seconds, processes, concurrency), found rate_per_second',
  ])
  assert.deepEqual(problemsWith({ mode: 'open', rate_per_second: 2, burstiness: 2 }).length, 1)
  assert.deepEqual(problemsWith({ mode: 'open', rate_per_second: 2, concurrency: 2 }).length, 1)
})

test('the hint for a key that has no effect asks for nothing that is there already', () => {
  const hintFor = (load: Record<string, unknown>): string | undefined => {
    const parsed = parse(load, {})
    return parsed.ok ? undefined : parsed.problems.at(-1)?.hint
  }
  const trace = { mode: 'open', arrivals: 'trace', trace: 'a.txt' }
  assert.match(hintFor({ ...trace, rate_per_second: 2 }) ?? '', /^remove it: the trace says when/)
  assert.equal(hintFor({ rate_per_second: 2 }), 'set mode: open, or remove it')
  assert.match(hintFor({ mode: 'stages', stages, rate_per_second: 2 }) ?? '', /^remove it: each/)
  const open = { mode: 'open', rate_per_second: 2 }
  assert.equal(hintFor({ ...open, burstiness: 2 }), 'set arrivals: gamma, or remove it')
  assert.equal(hintFor({ ...open, trace: 'a.txt' }), 'set arrivals: trace, or remove it')
  assert.equal(hintFor({ ...open, concurrency: 2 }), 'use max_concurrency, or remove it')
})

test('what a mode cannot do without is asked for', () => {
  assert.match(problemsWith({ mode: 'open' }).join(), /expected rate_per_second with mode: open/)
  assert.match(
    problemsWith({ mode: 'open', arrivals: 'trace' }).join(),
    /^load.arrivals: expected trace/,
  )
  assert.match(problemsWith({ mode: 'stages' }).join(), /expected stages with mode: stages/)
  assert.match(
    problemsWith({ mode: 'stages', arrivals: 'trace', stages }).join(),
    /expected constant, poisson or gamma/,
  )
})

test('stages decide how many requests are sent, and n beside them is refused', () => {
  assert.equal(requestCount(configWith({ mode: 'stages', stages })), 30)
  assert.match(problemsWith({ mode: 'stages', stages }, { n: 5 }).join(), /^n: expected no n/)
})

test('the load tells how many may be in flight, and how many connections it takes', () => {
  const open = { mode: 'open', rate_per_second: 2 }
  const limits = [
    configWith({ concurrency: 4 }),
    configWith({ mode: 'offline' }, { n: 50 }),
    configWith({ ...open, max_concurrency: 9 }),
    configWith(open),
  ]
  assert.deepEqual(limits.map(inFlightLimit), [4, 50, 9, null])
  assert.deepEqual(limits.map(connectionCount), [4, 50, 9, 100])
})
