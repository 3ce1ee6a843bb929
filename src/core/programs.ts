/**
 * Our own programs that are started as a process or a thread. The compiler rewrites no URLs: these name the built files,
 * and hold from any folder one level below the root, where the bundler puts shared code too.
 */

export const programs = {
  command: new URL('../cli/main.cjs', import.meta.url),
  worker: new URL('../worker/main.cjs', import.meta.url),
  samplerThread: new URL('../measure/sampler/samplerThread.cjs', import.meta.url),
  receiveEnvironment: new URL('../worker/receiveEnvironment.js', import.meta.url),
  lookAround: new URL('../worker/lookAround.js', import.meta.url),
  loadShard: new URL('../worker/loadShard.js', import.meta.url),
  fakeServer: new URL('../backends/shared/fakeServer/main.js', import.meta.url),
  pytorchWorker: new URL('../backends/shared/pytorch/python/worker.py', import.meta.url),
  waveLoadThread: new URL('../energy/shared/calibration/waveLoadThread.js', import.meta.url),
  cudaLoadThread: new URL('../energy/shared/cudaLoadThread.js', import.meta.url),
  parentWatchThread: new URL('../core/parentWatchThread.cjs', import.meta.url),
} as const

/** The folder of our package.json. */
export const packageRoot = new URL('../../', import.meta.url)
