/** What `llem run` was told, as a plan: the file, else the quickstart, with flags and `--set` on top. */

import { resolve } from 'node:path'
import { loadStudy } from '../config/loadStudy.ts'
import { type Override, parseOverride } from '../config/overrides.ts'
import { type LoadedStudy, parseStudy } from '../config/parseStudy.ts'
import { loadUserConfig } from '../config/userConfig.ts'
import { AppError } from '../core/errors.ts'
import type { StudyPlan } from '../store/planFile.ts'
import { chooseRunners, type RunnerWorld, specOf } from '../study/chooseRunners.ts'
import { loadSections } from '../study/loadSections.ts'
import { planStudy } from '../study/planStudy.ts'
import { requireAllValid } from '../study/planWarnings.ts'
import { quickstartText } from './quickstart.ts'
import { runFlags } from './runFlags.ts'

export interface PlanRequest {
  file: string | undefined
  /** Values of the flags by the names of `runFlags`. */
  flags: Readonly<Record<string, unknown>>
  /** Arguments of `--set`. */
  sets: readonly string[]
  /** A combination that cannot run is an error instead of being skipped. */
  isStrict: boolean
}

/** Whether nothing was said of what to measure: the quickstart as it is. */
export function isBare({ file, flags, sets }: PlanRequest): boolean {
  const isAboutOutput = ({ path }: Override): boolean => path[0] === 'output'
  return file === undefined && sets.length === 0 && flagOverrides(flags).every(isAboutOutput)
}

export interface LoadedPlan {
  plan: StudyPlan
  /** Why it cannot run on this machine; null when nothing speaks against it so far. */
  problem: AppError | null
}

/** Loads, checks and plans. Throws `CONFIG_INVALID` with all problems of file and flags at once. */
export async function loadPlan(request: PlanRequest, world: RunnerWorld): Promise<LoadedPlan> {
  const { file, flags, sets, isStrict } = request
  const overrides = [...flagOverrides(flags), ...sets.map(parseOverride)]
  const sections = await loadSections()
  const userConfig = await loadUserConfig(world.env, sections)
  const origin = { overrides, sections, defaults: userConfig.defaults }
  const study =
    file === undefined
      ? parseText(flags['model'] === undefined ? quickstartText : null)
      : await loadStudy(file, origin)
  const { specs, problem } = await chooseRunners(study, userConfig, world)
  const source = {
    file: file === undefined ? null : resolve(file),
    workingDirectory: process.cwd(),
    overrides,
  }
  const plan = planStudy(study, (backend) => specOf(specs, backend), source)
  if (isStrict) requireAllValid(plan, file ?? 'command line')
  return { plan, problem }

  function parseText(text: string | null): LoadedStudy {
    const name = text === null ? 'command line' : 'quickstart'
    const parsed = parseStudy({ ...origin, written: text, file: name })
    if (parsed.ok) return parsed.value
    throw new AppError('CONFIG_INVALID', { file: name, problems: parsed.problems })
  }
}

function flagOverrides(flags: PlanRequest['flags']): Override[] {
  return runFlags.flatMap(({ flags: spelling, name, path, kind }) => {
    const value = flags[name]
    if (typeof value !== 'string') return []
    const origin = `${longOf(spelling)} ${value}`
    return [{ path, origin, value: kind === 'number' ? numberOrText(value) : value }]
  })
}

/** A number where it is one; else the text, for the schema to say what was expected. */
function numberOrText(value: string): number | string {
  return value.trim() === '' || Number.isNaN(Number(value)) ? value : Number(value)
}

/** The longest spelling of a flag: `--model` of `-m, --model <model>`. */
function longOf(flags: string): string {
  const spellings = flags.split(/,? /).filter((part) => part.startsWith('-'))
  return spellings.at(-1) ?? flags
}
