/** Whether the engines that runs outside containers need are installed: found out before the first of them begins. */

import { loadBackend } from '../backends/registry.gen.ts'
import type { Environment } from '../core/context.ts'
import { AppError } from '../core/errors.ts'
import type { StudyPlan } from '../store/planFile.ts'
import { jobEnvironment } from './jobEnvironment.ts'

/** One problem for each engine that is missing. Those that come with this package are there, and are not looked for. */
export async function probeBackends(plan: StudyPlan, env: Environment): Promise<AppError[]> {
  const local = plan.experiments.filter(({ runner }) => runner.mode === 'local')
  const names = [...new Set(local.map(({ backend }) => backend))].sort()
  const problems = await Promise.all(names.map((name) => probe(name, jobEnvironment(env))))
  return problems.filter((problem) => problem !== null)
}

async function probe(name: string, env: Environment): Promise<AppError | null> {
  const backend = await loadBackend(name)
  if (backend?.image === undefined) return null
  const found = await backend.probe(env)
  if (found.status === 'available') return null
  return new AppError('BACKEND_UNAVAILABLE', {
    backend: name,
    reason: found.reason,
    fix: found.fix,
  })
}
