/** Turns a loaded study into the ordered list of experiments that will run. Pure: no I/O, no clock. */

import { posix } from 'node:path'
import type { Experiment } from '../config/experimentSchema.ts'
import type { Candidate, LoadedStudy } from '../config/parseStudy.ts'
import type { StudySettings } from '../config/studyConfig.ts'
import { jsonHasher } from '../core/hash.ts'
import type { RunnerSpec } from '../store/experimentFile.ts'

export interface PlannedExperiment {
  /** Name of the run directory: position, cycle, label and hash. */
  id: string
  /** Position in the order of running, from 0. */
  index: number
  cycle: number
  label: string
  configHash: string
  declared: Record<string, unknown>
  experiment: Experiment
  runner: RunnerSpec
}

export interface StudyPlan {
  name: string
  settings: StudySettings
  experiments: readonly PlannedExperiment[]
  /** The study as it was written, overrides applied. */
  text: string
}

export function planStudy(
  study: LoadedStudy,
  resolveRunner: (backend: string) => RunnerSpec,
): StudyPlan {
  const hash = jsonHasher()
  const valid = [...study.candidates()].flatMap(runnable)
  const experiments = valid.map(({ declared, experiment }, index) => {
    const { backend, model, precision } = experiment.config
    const label = [backend, shortModel(model), precision]
      .filter((part) => part !== undefined)
      .join('-')
    const configHash = hash(identityOf(experiment))
    return {
      id: `${String(index + 1).padStart(3, '0')}-c1-${toFileName(label)}-${configHash.slice(0, 8)}`,
      index,
      cycle: 1,
      label,
      configHash,
      declared,
      experiment,
      runner: resolveRunner(backend),
    }
  })
  return { name: study.settings.name, settings: study.settings, experiments, text: study.text }
}

function runnable({ declared, parsed }: Candidate) {
  return parsed.ok ? [{ declared, experiment: parsed.value }] : []
}

/** Everything that changes the measurement, and nothing else: not the runner, not paths of results, not limits. */
function identityOf({ config, backendOptions, energyOptions }: Experiment): unknown {
  return { config, backendOptions, energyOptions }
}

/** The last part of a model's name, without directories and without `.gguf`. */
function shortModel(model: string): string {
  return posix.basename(model).replace(/\.gguf$/, '')
}

function toFileName(label: string): string {
  return label.replace(/[^\w.-]+/g, '-').slice(0, 60)
}
