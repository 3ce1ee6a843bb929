/** The contract of every energy source, as tests: what the sampler and the accounting rely on. */

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { energyDomainSchema } from '../core/energyDomain.ts'
import { AppError } from '../core/errors.ts'
import { isRecord } from '../core/json.ts'
import { warningSchema } from '../core/warnings.ts'
import type { EnergyContext, EnergyMeter, EnergySource } from '../energy/energySource.ts'
import { virtualClock } from './virtualClock.ts'

/** A world in which a source can be read. */
export interface EnergyWorld {
  /** The section `energy.<name>` as a person would write it. */
  options: Record<string, unknown>
  ctx: EnergyContext
  /** Lets time pass on a machine at work, so that every counter moves. */
  advance(durationMs: number): void
}

export interface EnergySourceCase {
  name: string
  load(): Promise<EnergySource<unknown> | null>
  /** Null after it skipped the test because this machine cannot build the world. */
  arrange(t: TestContext): Promise<EnergyWorld | null>
}

/** Defines the contract tests of one source. */
export function energySourceContract(tested: EnergySourceCase): void {
  testDescription(tested)
  testMeter(tested)
}

function testDescription({ name, load, arrange }: EnergySourceCase): void {
  const loaded = (): Promise<EnergySource<unknown>> => present(load)

  test(`${name} says what it is`, async () => {
    const source = await loaded()
    assert.equal(source.name, name)
    assert.ok(source.title.length > 0 && source.docs.length > 40)
  })

  test(`${name} needs no option, refuses an unknown one and describes each`, async () => {
    const { options } = await loaded()
    assert.ok(options.safeParse({}).success)
    assert.ok(!options.safeParse({ no_such_option: 1 }).success)
    assert.deepEqual(undescribed(options), [])
  })

  test(`${name} opens or says why not where there is nothing to read`, async (t) => {
    const source = await loaded()
    const ctx = { clock: virtualClock(), env: {}, root: await emptyRoot(t) }
    const found = await source.probe(ctx)
    if (source.kind === 'synthetic') return assert.equal(found.status, 'available')
    assert.equal(found.status, 'unavailable')
    assert.ok(found.reason.length > 0)
    await assert.rejects(
      () => source.open(source.options.parse({}), ctx),
      (thrown) => thrown instanceof AppError && thrown.code === 'ENERGY_SOURCE_UNAVAILABLE',
    )
  })

  test(`${name} tells what it found`, async (t) => {
    const world = await arrange(t)
    if (world === null) return
    const source = await loaded()
    const found = await source.probe(world.ctx, source.options.parse(world.options))
    assert.equal(found.status, 'available')
    assert.ok(found.detail.length > 0)
  })
}

function testMeter({ name, load, arrange }: EnergySourceCase): void {
  const loaded = (): Promise<EnergySource<unknown>> => present(load)

  test(`${name} describes its domains`, async (t) => {
    const opened = await openIn(t, await loaded(), arrange)
    if (opened === null) return
    checkDomains(await loaded(), opened.meter)
  })

  test(`${name} reads every domain once per call, in order, stamped within the call`, async (t) => {
    const opened = await openIn(t, await loaded(), arrange)
    if (opened === null) return
    const { meter, world } = opened
    world.advance(50)
    const beforeMs = world.ctx.clock.nowMs()
    const readings = meter.read()
    const afterMs = world.ctx.clock.nowMs()
    assert.deepEqual(
      readings.map(({ domain }) => domain),
      meter.domains.map(({ id }) => id),
    )
    for (const { atMs } of readings) assert.ok(atMs >= beforeMs && atMs <= afterMs)
  })

  test(`${name} reads what its method promises, as finite numbers that move`, async (t) => {
    const opened = await openIn(t, await loaded(), arrange)
    if (opened === null) return
    const { meter, world } = opened
    const first = meter.read()
    world.advance(5000)
    const last = meter.read()
    for (const [i, { id, method }] of meter.domains.entries()) {
      const [a, b] = [first[i], last[i]]
      assert.ok(a !== undefined && b !== undefined)
      for (const value of [a.joules, b.joules, a.watts, b.watts]) {
        assert.ok(value === null || (Number.isFinite(value) && value >= 0), `${id} reads ${value}`)
      }
      if (method === 'counter') assert.ok((b.joules ?? 0) > (a.joules ?? Number.NaN), `${id} moves`)
      if (method === 'power') assert.ok(b.joules === null && (b.watts ?? 0) > 0, `${id} has watts`)
      if (method === 'estimate') assert.ok(b.joules !== null || b.watts !== null)
    }
  })

  test(`${name} opens again after it was closed`, async (t) => {
    const world = await arrange(t)
    if (world === null) return
    const source = await loaded()
    const options = source.options.parse(world.options)
    for (let round = 0; round < 2; round++) {
      await using meter = await source.open(options, world.ctx)
      assert.equal(meter.read().length, meter.domains.length)
    }
  })
}

async function present(load: EnergySourceCase['load']): Promise<EnergySource<unknown>> {
  const source = await load()
  assert.ok(source !== null, 'the registry does not know it')
  return source
}

async function openIn(
  t: TestContext,
  source: EnergySource<unknown>,
  arrange: EnergySourceCase['arrange'],
): Promise<{ meter: EnergyMeter; world: EnergyWorld } | null> {
  const world = await arrange(t)
  if (world === null) return null
  const meter = await source.open(source.options.parse(world.options), world.ctx)
  t.after(() => meter[Symbol.asyncDispose]())
  return { meter, world }
}

function checkDomains({ name, kind }: EnergySource<unknown>, meter: EnergyMeter): void {
  const ids = meter.domains.map(({ id }) => id)
  assert.ok(ids.length > 0)
  assert.equal(new Set(ids).size, ids.length, 'ids are unique')
  for (const domain of meter.domains) {
    assert.deepEqual(energyDomainSchema.parse(domain), domain)
    assert.equal(domain.source, name)
    assert.equal(domain.isSynthetic, kind === 'synthetic')
    assert.ok(domain.contains.every((id) => ids.includes(id) && id !== domain.id))
    if (kind !== 'synthetic') assert.equal(domain.method === 'estimate', kind === 'estimate')
  }
  for (const warning of meter.warnings?.() ?? []) warningSchema.parse(warning)
  for (const { id } of meter.devices?.() ?? []) assert.ok(ids.includes(id))
}

async function emptyRoot(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'llem-empty-'))
  t.after(() => rm(root, { recursive: true }))
  return root
}

/** Paths of the options that have no description, at any depth. */
function undescribed(options: z.ZodType): string[] {
  const visit = (schema: unknown, path: string): string[] => {
    if (!isRecord(schema)) return []
    const branches = [schema['anyOf'], schema['oneOf'], schema['allOf']].flatMap((list) =>
      Array.isArray(list) ? list : [],
    )
    const fields = isRecord(schema['properties']) ? Object.entries(schema['properties']) : []
    return [
      ...fields.flatMap(([key, field]) => [
        ...(isRecord(field) && typeof field['description'] === 'string' ? [] : [`${path}${key}`]),
        ...visit(field, `${path}${key}.`),
      ]),
      ...branches.flatMap((branch) => visit(branch, path)),
      ...visit(schema['items'], path),
    ]
  }
  return visit(z.toJSONSchema(options, { io: 'input' }), '')
}
