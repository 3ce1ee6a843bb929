/** Makes the directory of a run ready for its worker: nothing in it but what the worker reads. */

import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { syncDirectory, writeError, writeJson } from '../core/files.ts'
import { toJson } from '../core/json.ts'
import { makeDirectory } from '../core/makeDirectory.ts'
import type { Warning } from '../core/warnings.ts'
import { experimentFileSchema } from '../store/experimentFile.ts'
import type { RunPaths } from '../store/studyDirectory.ts'
import { parsePlanned } from './parsePlanned.ts'
import type { PlannedRun } from './plannedRun.ts'
import type { SessionDeps } from './runSession.ts'

export async function prepareRun(
  run: PlannedRun,
  paths: RunPaths,
  hostWarnings: readonly Warning[],
  deps: SessionDeps,
): Promise<void> {
  const { id, cycle, experiment: planned } = run
  const { config, backendOptions, energyOptions } = parsePlanned(run, deps)
  try {
    await clearRun(paths, deps)
    await mkdir(paths.directory)
    // The worker makes its files last; that the directory lasts is for us.
    await syncDirectory(dirname(paths.directory))
  } catch (cause) {
    throw writeError(paths.experiment, cause)
  }
  await writeJson(paths.experiment, experimentFileSchema, {
    schemaVersion: 1,
    id,
    configHash: planned.configHash,
    cycle,
    label: planned.label,
    declared: toJson(planned.declared),
    config,
    backendOptions: toJson(backendOptions),
    energyOptions: Object.fromEntries(
      Object.entries(energyOptions).map(([name, options]) => [name, toJson(options)]),
    ),
    runner: planned.runner,
    cacheDir: resolve(deps.cacheDir),
    hostWarnings: [...hostWarnings],
  })
}

/** An attempt that failed is kept, numbered; what a killed one left is worth nothing. */
async function clearRun(paths: RunPaths, { paths: study }: SessionDeps): Promise<void> {
  const files = await readdir(paths.directory).catch(() => null)
  if (files === null) return
  if (!files.includes(basename(paths.failure))) {
    await rm(paths.directory, { recursive: true })
    return
  }
  await makeDirectory(study.failedAttempts)
  const id = basename(paths.directory)
  const attempts = await readdir(study.failedAttempts)
  const number = attempts.filter((name) => name.startsWith(`${id}.`)).length + 1
  await rename(paths.directory, join(study.failedAttempts, `${id}.${number}`))
}
