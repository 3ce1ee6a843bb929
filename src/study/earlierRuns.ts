/** What earlier results say of speed and power, for estimates: read from the results directory, the newest studies first. */

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExperimentConfig } from '../config/experimentConfig.ts'
import { inFlightLimit } from '../config/loadConfig.ts'
import { msToSeconds } from '../core/units.ts'
import { readRun } from '../store/readStudy.ts'
import type { Result } from '../store/resultFile.ts'
import { studyPaths } from '../store/studyDirectory.ts'

export interface EarlierRun {
  /** Name of the directory of its study. */
  study: string
  /** Requests in flight on average, while there were any. */
  inFlight: number
  /** Output tokens of all requests in flight, while there were any. */
  tokensPerSecond: number
  /** Mean over the window; null when it is not known, or comes from no sensor and no model of this machine. */
  powerW: number | null
  idleW: number | null
  warmupRequests: number | null
  /** What is no load and no idle window: launch, preparing, collecting. */
  otherMs: number
}

export type EarlierRuns = ReadonlyMap<string, readonly EarlierRun[]>

type Kind = Pick<ExperimentConfig, 'backend' | 'model' | 'precision'>

/** What must be alike for an earlier run to tell something of a new one. */
export function kindOf({ backend, model, precision }: Kind): string {
  return JSON.stringify([backend, model, precision ?? null])
}

/** The run with the nearest number of requests in flight, the newest of those; null when there is none of its kind. */
export function nearestRun(runs: EarlierRuns, config: ExperimentConfig): EarlierRun | null {
  const wanted = inFlightLimit(config) ?? 1
  const distance = ({ inFlight }: EarlierRun): number => Math.abs(Math.log(inFlight / wanted))
  const candidates = runs.get(kindOf(config)) ?? []
  return candidates.reduce<EarlierRun | null>(
    (best, run) => (best === null || distance(run) < distance(best) ? run : best),
    null,
  )
}

/** So many results are read at most, and so many of one study: enough to judge by, in well under a second. */
const mostResults = 200
const mostPerStudy = 40

/** By `kindOf`, the newest first; empty where nothing can be read. */
export async function readEarlierRuns(resultsDir: string): Promise<EarlierRuns> {
  const found = new Map<string, EarlierRun[]>()
  let left = mostResults
  for (const study of await studiesIn(resultsDir)) {
    if (left <= 0) break
    const { runs } = studyPaths(join(resultsDir, study))
    const names = evenly(await namesIn(runs), Math.min(left, mostPerStudy))
    left -= names.length
    for (const run of await Promise.all(names.map((name) => readOne(study, join(runs, name))))) {
      if (run !== null) found.set(run.kind, [...(found.get(run.kind) ?? []), run])
    }
  }
  return found
}

const namesIn = (directory: string): Promise<string[]> =>
  // Nothing was measured there, or it is not for us to read: no basis either way.
  readdir(directory).catch(() => [])

/** By the stamp that ends the name of a study's directory. */
async function studiesIn(resultsDir: string): Promise<string[]> {
  const stampOf = (name: string): string | undefined =>
    /-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(-\d+)?)$/.exec(name)?.[1]
  const stamped = (await namesIn(resultsDir)).flatMap((name) => {
    const stamp = stampOf(name)
    return stamp === undefined ? [] : [{ name, stamp }]
  })
  return stamped.sort((a, b) => (a.stamp < b.stamp ? 1 : -1)).map(({ name }) => name)
}

/** So many members, spread over all of them. */
function evenly<T>(members: readonly T[], count: number): T[] {
  if (members.length <= count) return [...members]
  const step = members.length / count
  return Array.from({ length: count }, (_, index) => members[Math.floor(index * step)]).filter(
    (member) => member !== undefined,
  )
}

async function readOne(study: string, directory: string) {
  // A result that cannot be read tells nothing, and here that is no news.
  const state = await readRun(directory).catch(() => null)
  return state?.status === 'measured' ? earlierRun(study, state.result) : null
}

/** Null for a result that says nothing of the speed. */
function earlierRun(
  study: string,
  { experiment, requests, throughput, energy, durationMs, warmup, phases }: Result,
): (EarlierRun & { kind: string }) | null {
  const { outputTokensPerSecond } = throughput
  if (outputTokensPerSecond === null || outputTokensPerSecond <= 0) return null
  const inFlight = requests.concurrency ?? requests.meanInFlight
  // An engine that waits for the next request of an open load is not slow: it was busy for this share of the time.
  const busyShare = Math.min(1, inFlight)
  const { total, domains } = energy
  const idle = domains
    .filter(({ domain }) => total.domains.includes(domain.id))
    .map(({ idlePowerW }) => idlePowerW)
  const knownIdle = idle.filter((watts) => watts !== null)
  const others = phases.filter(({ phase }) => !loadPhases.includes(phase))
  return {
    kind: kindOf(experiment.config),
    study,
    inFlight: Math.max(1, inFlight),
    tokensPerSecond: outputTokensPerSecond / busyShare,
    powerW:
      total.energyJ === null || total.isSynthetic ? null : total.energyJ / msToSeconds(durationMs),
    idleW: idle.length > 0 && knownIdle.length === idle.length ? sum(knownIdle) : null,
    warmupRequests: warmup?.requests ?? null,
    otherMs: sum(others.map(({ startMs, endMs }) => endMs - startMs)),
  }
}

const loadPhases: readonly string[] = ['baseline', 'loaded-idle', 'warmup', 'measure']

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
