/** The container engine behind the `docker` command: its version, its runtime, and what decides how we start containers. */

import { z } from 'zod'
import type { DockerError } from './classifyMessage.ts'
import { askDocker, type DockerWorld } from './dockerCommand.ts'

export interface Engine {
  version: string
  /** `runc 1.1.5`; null when the engine does not tell. */
  runtime: string | null
  architecture: string
  /** Root of a container is the user who runs the engine. */
  isRootless: boolean
  /** Root of a container is nobody on the host, unless asked for otherwise. */
  hasUserNamespaces: boolean
  hasSelinux: boolean
  /** Whether NVIDIA's runtime is among those the engine knows. */
  hasNvidiaRuntime: boolean
}

const versionSchema = z.object({
  Server: z.object({
    Version: z.string(),
    Components: z
      .array(z.object({ Name: z.string(), Version: z.string() }))
      .nullish()
      .transform((components) => components ?? []),
  }),
})

/** Podman answers in other words: what is not there is not known. */
const infoSchema = z.object({
  Architecture: z.string().default(''),
  DefaultRuntime: z.string().default(''),
  Runtimes: z.record(z.string(), z.unknown()).nullish(),
  SecurityOptions: z.array(z.string()).nullish(),
  host: z
    .object({ arch: z.string(), security: z.object({ rootless: z.boolean() }) })
    .partial()
    .optional(),
})

/** Asks both questions at once; the error is that of an engine that does not answer. */
export async function readEngine(world: DockerWorld): Promise<Engine | DockerError> {
  const ask = (what: 'version' | 'info') =>
    askDocker({ args: [what, '--format', '{{json .}}'], task: 'look', timeoutMs: 10_000 }, world)
  const [version, info] = await Promise.all([ask('version'), ask('info')])
  // `docker info` of older versions succeeds without a daemon.
  if (!version.ok) return version.error
  if (!info.ok) return info.error
  return parseEngine(version.stdout, info.stdout)
}

export function parseEngine(versionText: string, infoText: string): Engine {
  const { Server } = versionSchema.parse(JSON.parse(versionText))
  const { Architecture, DefaultRuntime, Runtimes, SecurityOptions, host } = infoSchema.parse(
    JSON.parse(infoText),
  )
  const hasOption = (name: string): boolean =>
    (SecurityOptions ?? []).some((option) => option.split(',').includes(`name=${name}`))
  const runtime = Server.Components.find(({ Name }) => Name === (DefaultRuntime || 'runc'))
  return {
    version: Server.Version,
    runtime: runtime === undefined ? null : `${runtime.Name} ${runtime.Version}`,
    architecture: nodeArchitectureOf(Architecture || (host?.arch ?? '')),
    isRootless: hasOption('rootless') || host?.security?.rootless === true,
    hasUserNamespaces: hasOption('userns'),
    hasSelinux: hasOption('selinux'),
    hasNvidiaRuntime: Object.hasOwn(Runtimes ?? {}, 'nvidia'),
  }
}

/** Architectures have three spellings: the kernel's, Go's and Node's, which is ours. */
export function nodeArchitectureOf(name: string): string {
  const spellings: Record<string, string> = {
    x86_64: 'x64',
    amd64: 'x64',
    aarch64: 'arm64',
  }
  return spellings[name] ?? name
}
