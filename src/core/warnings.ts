/** The catalogue of warnings: things a reader of a number must know. Data in the result first, text second. */

import { z } from 'zod'
import { deviceWarnings } from './deviceWarnings.ts'
import { energyWarnings } from './energyWarnings.ts'
import { loadWarnings } from './loadWarnings.ts'
import { formatBytes, formatDuration, formatNumber } from './units.ts'
import { type WarningRow as Row, row } from './warningRow.ts'

export const warningSchema = z.strictObject({
  code: z.string().describe('code of the catalogue of warnings'),
  message: z.string().describe('what a reader must know'),
  hint: z.string().describe('what to do about it'),
  data: z.record(z.string(), z.json()).describe('the figures of the message'),
})
export type Warning = z.infer<typeof warningSchema>

const catalogue = {
  ...deviceWarnings,
  ...loadWarnings,
  COMBINATIONS_SKIPPED: row<{ count: number; total: number; reason: string; others: number }>(
    (d) =>
      `${d.count} of ${d.total} combinations cannot run and are skipped: ${d.reason}${d.others > 0 ? `, and ${d.others} more reasons` : ''}`,
    () => '`llem plan` with the same file lists the reasons; --strict makes them an error.',
  ),
  DUPLICATES_MERGED: row<{ count: number; labels: string }>(
    (d) =>
      `${d.count} of the declared experiments measure the same as another and run with it: ${d.labels}`,
    () =>
      '`llem plan` with the same file lists them. To measure one several times, set execution.n_cycles.',
  ),
  FILES_NOT_READY: row<{
    count: number
    total: number
    isHere: boolean
    label: string
    message: string
    hint: string
  }>(
    (d) =>
      `${d.count} of ${d.total} experiments ${d.isHere ? 'would fail with the files of this machine' : 'may fail unless the image brings what is missing here'}: ${d.label}: ${d.message}`,
    (d) =>
      `${d.hint} \`llem plan\` with the same file lists them all.${d.count < d.total ? ' The others are measured;' : ''} ${d.count < d.total ? 'a' : 'A'} file that is put in its place now or before \`llem resume\` is found.`,
  ),
  ...energyWarnings,
  SHORT_WINDOW: row<{ windowMs: number; leastMs: number }>(
    (d) =>
      `the measured window is ${formatDuration(d.windowMs)}; sensors need ${formatDuration(d.leastMs)} for an error under 1 %`,
    () => 'Raise n or max_output_tokens.',
  ),
  WARMUP_NOT_STEADY: row<{ requests: number; variation: number | null; threshold: number }>(
    (d) =>
      `throughput was not steady after ${d.requests} warm-up requests (variation ${d.variation === null ? 'unknown' : `${formatNumber(d.variation * 100)} %`}, limit ${formatNumber(d.threshold * 100)} %)`,
    () => 'Close other programs, or raise warmup.max_prompts.',
  ),
  PROMPTS_TRUNCATED: row<{ promptCount: number; discardedTokens: number; limit: number }>(
    (d) =>
      `${d.promptCount} prompts were cut to max_input_tokens ${d.limit} (${d.discardedTokens} tokens left out)`,
    () => 'Raise max_input_tokens to keep whole prompts.',
  ),
  PROMPT_LENGTHS_ESTIMATED: row<{ charactersPerToken: number }>(
    (d) =>
      `the backend does not expose its tokenizer: prompts were made and cut at ${d.charactersPerToken} characters per token`,
    () => 'The input tokens that the engine reports are exact; the lengths asked for are not.',
  ),
  DATASET_ROWS_SKIPPED: row<{ source: string; malformed: number; withoutPrompt: number }>(
    (d) =>
      `the dataset ${d.source} has ${d.malformed} lines that are no JSON object and ${d.withoutPrompt} rows without a prompt; they were skipped`,
    () => 'Name the column of the prompt with dataset_column, or mend the file.',
  ),
  SERVER_ELSEWHERE: row<{ host: string }>(
    (d) => `the server runs on ${d.host}: the sensors of this host do not see its energy`,
    () => 'Measure on the machine of the server, or read its power with the source external.',
  ),
  SAMPLER_LATE: row<{ p99Ms: number; intervalMs: number }>(
    (d) =>
      `the sampler woke up to ${formatNumber(d.p99Ms)} ms late (p99) at an interval of ${formatNumber(d.intervalMs)} ms`,
    () =>
      'The machine was overloaded: leave a core free for the harness (fewer threads for the engine).',
  ),
  HOST_BUSY: row<{ otherCores: number }>(
    (d) => `other programs used ${formatNumber(d.otherCores)} CPU cores during the window`,
    () => 'Close them and measure again: their energy is in the package figures.',
  ),
  HOST_BUSY_BEFORE: row<{ otherCores: number }>(
    (d) => `other programs used ${formatNumber(d.otherCores)} CPU cores just before the run began`,
    () => 'Close them and measure again, or let --strict refuse such a run.',
  ),
  LOCKS_UNAVAILABLE: row<{ cause: string }>(
    (d) => `another study may measure the same devices at the same time: ${d.cause}`,
    () =>
      'Run one study at a time on this machine, or set LLEM_LOCK_DIR to a directory that all users may write to.',
  ),
  CPU_TDP_ASSUMED: row<{ tdpW: number; cpu: string }>(
    (d) => `the TDP of "${d.cpu}" is not known; ${d.tdpW} W was assumed for the estimate`,
    () => 'Set energy.cpu-estimate.tdp_watts from the data sheet.',
  ),
  REPLAY_DOMAINS_INFERRED: row<{ file: string }>(
    (d) =>
      `${d.file} does not describe its sensors: their scope and method were inferred from names and values, their uncertainty was assumed`,
    () => 'Replay the power.parquet of a run instead: it describes its sensors.',
  ),
  FIGURES_DISAGREE: row<{ identity: string; found: string; expected: string }>(
    (d) =>
      `figures of this result contradict each other: ${d.identity}, but ${d.found} and ${d.expected}`,
    () =>
      'Do not publish it. Tokens that come in bundles, lost stamps or a sensor that lags cause this; the raw values are in requests.parquet and power.parquet.',
  ),
  MIXED_RUNNERS: row<{ local: string; docker: string }>(
    (d) =>
      `the study runs ${d.local} as processes and ${d.docker} in containers: their figures are not alike`,
    () => 'Run all of them in containers to compare them: runners: {<backend>: docker}.',
  ),
  ENGINE_MAY_STOP: row<{ backend: string }>(
    (d) =>
      `${d.backend} cannot be told to ignore the end-of-text token: answers may be shorter than max_output_tokens`,
    () =>
      'Set decoder.ignore_eos to false where it is compared with others, so that all of them may stop.',
  ),
  GPU_UNUSED: row<{ torch: string }>(
    (d) => `this machine has a GPU that torch ${d.torch} cannot use: the model ran on the CPU`,
    () =>
      'Install the build of torch for this GPU (pytorch.org), or set pytorch.device to cpu to say that it is meant.',
  ),
  MODEL_OFFLOADED: row<{ backend: string }>(
    (d) => `${d.backend} put part of the model on the CPU or on a disk, for lack of GPU memory`,
    () =>
      'What was measured is mostly the way between the two. Choose a smaller model or precision, or more GPUs.',
  ),
  GPU_MEMORY_NOT_FREED: row<{ gpus: string; afterMs: number }>(
    (d) => `${d.gpus} still held memory ${formatDuration(d.afterMs)} after the engine had ended`,
    () => 'See who holds it with `nvidia-smi`: it takes memory and power from the next run.',
  ),
  CACHE_STATE_UNKNOWN: row<{ backend: string }>(
    (d) =>
      `whether ${d.backend} kept parts of earlier prompts when the window began is not known: it does not tell`,
    () =>
      'Every request has a prompt of its own, so no whole answer can come from it; it matters for a dataset whose prompts begin alike.',
  ),
  CACHE_NOT_COLD: row<{ isAskedFor: boolean; facts: string }>(
    (d) =>
      `the prefix cache of the engine was on${d.isAskedFor ? ', as asked for,' : ''} and not cold when the window began (${d.facts})`,
    (d) =>
      d.isAskedFor
        ? 'What warm-up left in it may serve prompts that begin alike, as in a service that runs. Compare it with runs that had it on too.'
        : 'Turn it off where the server is started, or take prompts that do not begin alike: what it holds need not be computed in the window.',
  ),
  PREFIX_CACHE_USED: row<{ cachedTokens: number; inputTokens: number }>(
    (d) =>
      `${d.cachedTokens} of ${d.inputTokens} input tokens came from the prefix cache of the engine: they were not computed in the window`,
    () =>
      'Turn prefix caching off, or take prompts that do not begin alike, to measure whole prompts.',
  ),
  MEMORY_TIGHT: row<{ neededBytes: number; availableBytes: number }>(
    (d) =>
      `the model needs about ${formatBytes(d.neededBytes)} and ${formatBytes(d.availableBytes)} are free`,
    () => 'Close other programs or choose a smaller model or precision.',
  ),
} as const

export type WarningCode = keyof typeof catalogue
type DataByCode = { [C in WarningCode]: Parameters<(typeof catalogue)[C]['message']>[0] }
const rows: { [C in WarningCode]: Row<DataByCode[C]> } = catalogue

/** A warning of the catalogue, worded. */
export function warn<C extends WarningCode>(code: C, data: DataByCode[C]): Warning {
  return { code, message: rows[code].message(data), hint: rows[code].hint(data), data: { ...data } }
}

/** The whole catalogue, for the generated reference. */
export const warningRows: readonly {
  code: string
  message(data: never): string
  hint(data: never): string
}[] = Object.entries(catalogue)
  .map(([code, { message, hint }]) => ({ code, message, hint }))
  .sort((a, b) => (a.code < b.code ? -1 : 1))
