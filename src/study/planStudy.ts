/** Turns a loaded study into the runs it asks for, in their order. Pure: no I/O, no clock. */

import { posix } from 'node:path'
import type { LoadedStudy } from '../config/parseStudy.ts'
import { hashJson } from '../core/hash.ts'
import { version } from '../core/version.gen.ts'
import type { RunnerSpec } from '../store/experimentFile.ts'
import type { PlannedExperiment, PlanSource, StudyPlan } from '../store/planFile.ts'
import { experimentHasher } from './experimentHasher.ts'
import { orderCycles } from './orderCycles.ts'
import { sweptFieldsOf } from './sweptFieldsOf.ts'

export function planStudy(
  study: LoadedStudy,
  resolveRunner: (backend: string) => RunnerSpec,
  source: PlanSource = { file: null, overrides: [] },
): StudyPlan {
  const hash = experimentHasher()
  const experiments: PlannedExperiment[] = []
  const blocks: string[] = []
  for (const { declared, parsed } of study.candidates()) {
    if (!parsed.ok) continue
    const { backend, model, precision } = parsed.value.config
    const label = [backend, shortModel(model), precision]
      .filter((part) => part !== undefined)
      .join('-')
    const configHash = hash(parsed.value)
    experiments.push({ label, configHash, backend, runner: resolveRunner(backend), declared })
    blocks.push(`${backend} ${model}`)
  }
  const { cycle_order, n_cycles, shuffle_seed } = study.settings.execution
  const seed = shuffle_seed ?? seedOf(experiments)
  return {
    version,
    source,
    text: study.text,
    settings: study.settings,
    sweptFields: sweptFieldsOf(experiments.map(({ declared }) => declared)),
    experiments,
    slots: [...orderCycles({ order: cycle_order, cycles: n_cycles, seed, blocks })],
  }
}

/** The same on every machine, and another one as soon as an experiment is. */
function seedOf(experiments: readonly PlannedExperiment[]): number {
  return Number.parseInt(hashJson(experiments.map(({ configHash }) => configHash)).slice(0, 8), 16)
}

/** The last part of a model's name, without directories and without `.gguf`. */
function shortModel(model: string): string {
  return posix.basename(model).replace(/\.gguf$/, '')
}
