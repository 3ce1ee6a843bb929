/** A Docker daemon for one test, to be stopped and started again, or to be one that does not see the files of this process. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { monotonicClock } from '../core/clock.ts'
import { runDocker } from './dockerImage.ts'

export interface PrivateDocker {
  /** For the environment of the command line. */
  DOCKER_HOST: string
  start(): Promise<void>
  /** In good order: its containers are stopped first. */
  stop(): Promise<void>
}

/** Why there can be none here; null when there can. */
export const noPrivateDocker: string | null =
  process.getuid?.() !== 0
    ? 'only root can start a daemon'
    : spawnSync('dockerd', ['--version']).status === 0
      ? null
      : 'there is no dockerd'

/** `isBlind`: everything below /tmp is hidden from it, as from a daemon of another machine. */
export async function privateDocker(
  t: TestContext,
  { isBlind = false }: { isBlind?: boolean } = {},
): Promise<PrivateDocker> {
  // Sockets have short names.
  const folder = mkdtempSync('/run/llem-test-')
  const data = mkdtempSync(join(tmpdir(), 'llem-docker-'))
  const DOCKER_HOST = `unix://${join(folder, 'docker.sock')}`
  const argv = [
    ...['dockerd', '--host', DOCKER_HOST, '--data-root', data],
    ...['--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'pid')],
    ...['--bridge', 'none', '--iptables=false', '--ip-forward=false'],
  ]
  const hidden = ['--mount', 'sh', '-c', 'mount -t tmpfs tmpfs /tmp && exec "$@"', 'sh']
  // A network of its own: a daemon without a bridge removes that of the machine's own daemon.
  const args = ['--net', ...(isBlind ? hidden : []), ...argv]
  let daemon: ChildProcess | null = null
  const stop = async (): Promise<void> => {
    if (daemon === null) return
    const exited = once(daemon, 'exit')
    daemon.kill('SIGTERM')
    await exited
    daemon = null
  }
  const start = async (): Promise<void> => {
    mkdirSync(data, { recursive: true })
    daemon = spawn('unshare', args, { stdio: 'ignore' })
    for (let tries = 0; tries < 150; tries++) {
      const { status } = runDocker(['version'], { PATH: process.env['PATH'], DOCKER_HOST })
      if (status === 0) return
      await monotonicClock.sleep(200)
    }
    throw new Error('the daemon did not start within 30 s')
  }
  t.after(async () => {
    await stop()
    for (const path of [data, folder]) rmSync(path, { recursive: true, force: true })
  })
  await start()
  return { DOCKER_HOST, start, stop }
}
