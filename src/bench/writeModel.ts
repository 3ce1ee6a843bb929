/** A program for the bench: writes the model named first into the directory named second, prints what it took. */

import { resolveGguf } from '../backends/shared/models/resolveGguf.ts'
import { monotonicClock } from '../core/clock.ts'
import { encodeLine } from '../core/ndjson.ts'

const [model = '', cacheDir = ''] = process.argv.slice(2)
const startMs = monotonicClock.nowMs()
await resolveGguf({
  model,
  precision: 'fp16',
  seed: 42,
  ctx: {
    clock: monotonicClock,
    env: {},
    signal: new AbortController().signal,
    cacheDir,
    runDir: cacheDir,
    emit: () => {},
  },
})
const seconds = (monotonicClock.nowMs() - startMs) / 1000
// maxRSS is in kilobytes and counts the whole process, Node's own 45 MB too.
const peakMegabytes = (process.resourceUsage().maxRSS * 1024) / 1e6
process.stdout.write(encodeLine({ seconds, peakMegabytes }))
