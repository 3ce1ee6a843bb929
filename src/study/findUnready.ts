/** Which experiments would fail by the files of this machine: models, datasets and traces that are missing or not whole. */

import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { loadBackend } from '../backends/registry.gen.ts'
import type { ExperimentParser } from '../config/experimentParser.ts'
import type { Experiment } from '../config/experimentSchema.ts'
import { AppError } from '../core/errors.ts'
import { whyUnreadable } from '../core/files.ts'
import type { PlannedExperiment } from '../store/planFile.ts'
import { pathsIn } from './pathsIn.ts'

interface UnreadyExperiment {
  label: string
  /** False in a container, whose image may bring what is missing here. */
  isHere: boolean
  /** The first of its problems. */
  problem: AppError
}

interface UnreadyOptions {
  parser: ExperimentParser
  /** Where relative paths start. */
  directory: string
}

/**
 * Looks at each file once, and at none of an experiment that names none. Where an experiment runs on another machine or brings
 * its files along in an image, it is that place which decides: so this is advice, and the worker looks for itself.
 */
export async function findUnready(
  experiments: Iterable<PlannedExperiment>,
  { parser, directory }: UnreadyOptions,
): Promise<UnreadyExperiment[]> {
  const found = new Map<string, AppError | null>()
  const lookOnce = async (key: string, look: () => Promise<void>): Promise<AppError | null> => {
    const known = found.get(key)
    if (known !== undefined) return known
    const problem = await look().then(() => null, asProblem)
    found.set(key, problem)
    return problem
  }
  const unready: UnreadyExperiment[] = []
  for (const { label, declared, runner } of experiments) {
    if (!pathsIn(declared).some(isLocal)) continue
    const parsed = parser.parse(declared)
    // A plan of another version: the run will say what has changed.
    if (!parsed.ok) continue
    for (const { key, look } of looksAt(parsed.value, directory)) {
      const problem = await lookOnce(key, look)
      if (problem === null) continue
      unready.push({ label, isHere: runner.mode === 'local', problem })
      break
    }
  }
  return unready
}

const isLocal = (path: string): boolean => !/^(hf:|synthetic\/)|:\/\//.test(path)

/** What an engine or a file system says in words of its own is told as it is by whoever meets it in earnest. */
function asProblem(thrown: unknown): AppError | null {
  return thrown instanceof AppError ? thrown : null
}

interface Look {
  /** Equal for what is the same to look at. */
  key: string
  look(): Promise<void>
}

function looksAt({ config, backendOptions }: Experiment, directory: string): Look[] {
  const { backend, model, precision, dataset, load } = config
  const { arrivals, trace } = load
  return [
    {
      key: JSON.stringify([backend, model, precision, ...pathsIn(backendOptions)]),
      look: async () =>
        (await loadBackend(backend))?.checkFiles?.(config, backendOptions, directory),
    },
    ...(dataset === 'synthetic' || dataset.startsWith('hf:')
      ? []
      : [fileLook(resolve(directory, dataset), (cause) => unreadableDataset(dataset, cause))]),
    ...(arrivals === 'trace' && trace !== undefined
      ? [fileLook(resolve(directory, trace), (cause) => unreadableTrace(trace, cause))]
      : []),
  ]
}

/** Whether it is there; what it holds is the worker's to judge. */
function fileLook(path: string, problem: (cause: string) => AppError): Look {
  const look = async (): Promise<void> => {
    const found = await stat(path).catch((cause) => {
      throw problem(whyUnreadable(path, cause))
    })
    if (found.isDirectory()) throw problem(`${path} is a directory`)
  }
  return { key: path, look }
}

const unreadableDataset = (source: string, cause: string): AppError =>
  new AppError('DATASET_UNREADABLE', { source, cause })

const unreadableTrace = (path: string, cause: string): AppError =>
  new AppError('TRACE_UNREADABLE', { path, cause })
