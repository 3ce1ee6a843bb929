/** Turns a loaded study into the runs it asks for, in their order. Pure: no I/O, no clock. */

import type { LoadedStudy } from '../config/parseStudy.ts'
import { hashJson } from '../core/hash.ts'
import { version } from '../core/version.gen.ts'
import type { RunnerSpec } from '../store/experimentFile.ts'
import type { MergedExperiment, PlanSource, StudyPlan } from '../store/planFile.ts'
import { experimentHasher } from './experimentHasher.ts'
import { orderCycles } from './orderCycles.ts'
import { planLabels, type Unlabelled } from './planLabels.ts'
import { tallySkipped } from './planSkipped.ts'
import { sweptFieldsOf } from './sweptFieldsOf.ts'

/** `resolveRunner` is asked once for each backend. */
export function planStudy(
  study: LoadedStudy,
  resolveRunner: (backend: string) => RunnerSpec,
  source: PlanSource = { file: null, workingDirectory: '/', overrides: [] },
): StudyPlan {
  const { distinct, blocks, merged, skipped } = sortOut(study)
  const sweptFields = inFileOrder(sweptFieldsOf(distinct), study.axes)
  const labels = planLabels(distinct, sweptFields)
  const runnerOf = onceEach(resolveRunner)
  const { cycle_order, n_cycles, shuffle_seed } = study.settings.execution
  const seed = shuffle_seed ?? seedOf(distinct)
  return {
    version,
    source,
    text: study.text,
    settings: study.settings,
    axes: study.axes,
    sweptFields,
    experiments: distinct.map((experiment, index) => ({
      label: labels[index] ?? '',
      runner: runnerOf(experiment.backend),
      ...experiment,
    })),
    merged,
    skipped,
    slots: [...orderCycles({ order: cycle_order, cycles: n_cycles, seed, blocks })],
  }
}

/** Where a duplicate was declared is told of so many of each. */
const toldOrigins = 3

/** One candidate after the other: those that can run, each once, those that are the same as another, and those that cannot run. */
function sortOut(study: LoadedStudy) {
  const hash = experimentHasher()
  const indexes = new Map<string, number>()
  const distinct: Unlabelled[] = []
  const blocks: string[] = []
  const merged = new Map<number, { count: number; origins: string[] }>()
  const skipped = tallySkipped()
  for (const { declared, parsed, origin } of study.candidates()) {
    if (!parsed.ok) {
      skipped.add(parsed.problems)
      continue
    }
    const configHash = hash(parsed.value)
    const known = indexes.get(configHash)
    if (known !== undefined) {
      const twin = merged.get(known) ?? { count: 0, origins: [] }
      twin.count++
      if (twin.origins.length < toldOrigins) twin.origins.push(originText(origin))
      merged.set(known, twin)
      continue
    }
    const { backend, model } = parsed.value.config
    indexes.set(configHash, distinct.length)
    distinct.push({ configHash, backend, declared })
    blocks.push(`${backend} ${model}`)
  }
  return {
    distinct,
    blocks,
    merged: Array.from(merged, ([index, twin]): MergedExperiment => ({ index, ...twin })),
    skipped: skipped.total(),
  }
}

/** `experiments[2]` as in the file; combinations of a sweep are counted from 1. */
function originText({ from, index }: { from: 'sweep' | 'experiments'; index: number }): string {
  return from === 'experiments' ? `experiments[${index}]` : `combination ${index + 1} of the sweep`
}

/** Axes as the file has them, then what groups and entries set. */
function inFileOrder(fields: readonly string[], axes: LoadedStudy['axes']): string[] {
  const keys = axes.map(({ key }) => key)
  const rankOf = (field: string) => (keys.includes(field) ? keys.indexOf(field) : keys.length)
  return [...fields].sort((a, b) => rankOf(a) - rankOf(b))
}

function onceEach(resolveRunner: (backend: string) => RunnerSpec) {
  const known = new Map<string, RunnerSpec>()
  return (backend: string): RunnerSpec => {
    const runner = known.get(backend) ?? resolveRunner(backend)
    known.set(backend, runner)
    return runner
  }
}

/** The same on every machine, and another one as soon as an experiment is. */
function seedOf(experiments: readonly Unlabelled[]): number {
  return Number.parseInt(hashJson(experiments.map(({ configHash }) => configHash)).slice(0, 8), 16)
}
