/** The one error class and its catalogue: for each code an exit code, what happened, and what to type next. */

import { configErrors } from './configErrors.ts'
import { deviceErrors } from './deviceErrors.ts'
import { dockerErrors } from './dockerErrors.ts'
import { engineErrors } from './engineErrors.ts'
import { badInput, environment, failure } from './errorRow.ts'
import { loadErrors } from './loadErrors.ts'
import { formatBytes, formatDuration } from './units.ts'

/** Exit codes of `llem`. 0 is "all measured"; 4 and 5 come from a study's outcome, 130 from Ctrl-C. */
export const exitCodes = {
  measured: 0,
  bug: 1,
  badInput: 2,
  environment: 3,
  someFailed: 4,
  noneSucceeded: 5,
  interrupted: 130,
} as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

interface Row<D> {
  exit: ExitCode
  message(data: D): string
  hint(data: D): string
}

const serverHints: Readonly<Record<number, string>> = {
  401: 'Set the API key in OPENAI_API_KEY, or name its variable with openai.api_key_env.',
  403: 'Set an API key that may use this model in OPENAI_API_KEY, or name its variable with openai.api_key_env.',
  404: 'Set openai.base_url with its /v1, and openai.model to a name that GET /v1/models lists.',
  429: 'The server limits requests: wait, or raise its limit.',
}

const catalogue = {
  ...deviceErrors,
  INTERNAL: {
    exit: 1,
    message: (d) => `unexpected: ${d.what}`,
    hint: () =>
      'This is a bug in llenergymeasure. Please report it with the command you typed and the lines above.',
  } satisfies Row<{ what: string }>,

  ...configErrors,
  USAGE: badInput<{ what: string; suggestion?: string }>(
    (d) => d.what,
    (d) =>
      [d.suggestion, 'Run `llem --help` or `llem <command> --help`.']
        .filter((part) => part !== undefined)
        .join(' '),
  ),
  DATASET_UNREADABLE: badInput<{ source: string; cause: string }>(
    (d) => `cannot read the dataset ${d.source}: ${d.cause}`,
    () => 'Set dataset to `synthetic`, the path of a .jsonl or .parquet file, or `hf:org/name`.',
  ),
  DATASET_NO_PROMPTS: badInput<{ source: string; usable: number; needed: number; columns: string }>(
    (d) =>
      `the dataset ${d.source} has ${d.usable} distinct usable prompts where ${d.needed} are needed (looked in the columns ${d.columns})`,
    (d) =>
      `Lower n${d.usable > 0 ? ` to ${d.usable} or fewer (warm-up needs distinct prompts too)` : ''}, name the column with dataset_column, or use another dataset.`,
  ),
  MODEL_UNKNOWN: badInput<{ model: string; nearest: string | null }>(
    (d) =>
      `the model "${d.model}" is not known: expected synthetic/<shape>, a .gguf path, or hf:org/repo:quant`,
    (d) =>
      d.nearest === null
        ? '`llem list models` shows the synthetic shapes.'
        : `Did you mean "${d.nearest}"? \`llem list models\` shows all.`,
  ),
  MODEL_FILE_MISSING: badInput<{ path: string }>(
    (d) => `there is no model file ${d.path}`,
    () =>
      'Check the path, or use hf:org/repo:quant to download one, or synthetic/<shape> to need none.',
  ),
  MODEL_FILE_DAMAGED: badInput<{ path: string; cause: string }>(
    (d) => `${d.path} is not a whole GGUF file: ${d.cause}`,
    (d) => `Delete it and fetch it again: rm '${d.path}'`,
  ),
  MODEL_DIRECTORY_UNUSABLE: badInput<{ model: string; cause: string; hint: string | null }>(
    (d) => `cannot load "${d.model}": ${d.cause}`,
    (d) =>
      d.hint ??
      'Name a directory with config.json, a tokenizer and safetensors, hf:org/repo to fetch one, or synthetic/<shape> to need none.',
  ),
  MODEL_TOO_LARGE: environment<{ model: string; neededBytes: number; availableBytes: number }>(
    (d) =>
      `${d.model} needs about ${formatBytes(d.neededBytes)} of memory and ${formatBytes(d.availableBytes)} are available`,
    () =>
      'Choose a smaller model, a smaller precision (q8_0, q4_0), or a machine with more memory.',
  ),
  MODEL_DOWNLOAD_FAILED: environment<{ model: string; cause: string; needsToken: boolean }>(
    (d) => `cannot download ${d.model}: ${d.cause}`,
    (d) =>
      d.needsToken
        ? 'Accept the license on the model page, then set HF_TOKEN.'
        : 'Check the name and the network; a repeated run resumes the download.',
  ),
  PRECISION_UNAVAILABLE: badInput<{ model: string; wanted: string; available: string }>(
    (d) => `${d.model} cannot be had in precision ${d.wanted}, only in ${d.available}`,
    () => 'Remove precision or set it to that. The precision of a model file cannot be changed.',
  ),
  CACHE_UNWRITABLE: environment<{ path: string; cause: string }>(
    (d) => `cannot write ${d.path}: ${d.cause}`,
    () =>
      'Free some space, or set LLEM_CACHE_DIR to a directory with room: models are kept there between runs.',
  ),
  BACKEND_UNAVAILABLE: environment<{ backend: string; reason: string; fix: string | null }>(
    (d) => `the backend ${d.backend} cannot run here: ${d.reason}`,
    (d) => d.fix ?? 'Run `llem doctor`.',
  ),
  BACKEND_FAILED: failure<{ backend: string; cause: string }>(
    (d) => `${d.backend} failed: ${d.cause}`,
    () => 'Read backend.log in the run directory.',
  ),
  ...engineErrors,
  SERVER_UNREACHABLE: environment<{ url: string; cause: string }>(
    (d) => `expected a server at ${d.url}, found none: ${d.cause}`,
    (d) =>
      `Start it, or set openai.base_url to the address where \`curl ${d.url}/models\` answers.`,
  ),
  SERVER_CONNECTION_FAILED: environment<{ url: string; cause: string }>(
    (d) => `cannot connect to the server at ${d.url}: ${d.cause}`,
    () =>
      'See whether openai.base_url begins as the server wants it (http or https); for a certificate of your own, name its file in NODE_EXTRA_CA_CERTS.',
  ),
  SERVER_REFUSED: environment<{ url: string; status: number; detail: string }>(
    (d) => `the server at ${d.url} refused a request of two tokens: ${d.detail}`,
    (d) => serverHints[d.status] ?? 'Read the log of the server.',
  ),
  PORT_UNAVAILABLE: environment<{ port: number; cause: string }>(
    (d) => `cannot serve at port ${d.port} of 127.0.0.1: ${d.cause}`,
    () => 'Choose another with --set port=8124, or let the system choose with --set port=0.',
  ),
  API_KEY_INVALID: environment<{ variable: string }>(
    (d) => `the API key in ${d.variable} holds a character that no HTTP header can carry`,
    (d) => `Set ${d.variable} again, without line breaks.`,
  ),
  RUNNER_UNKNOWN: badInput<{ where: string; found: string }>(
    (d) => `${d.where}: expected local, docker or docker:<image>, found "${d.found}"`,
    () => 'Correct it, or remove it to leave the choice to us: `llem list runners` shows all.',
  ),
  RUNNER_UNAVAILABLE: environment<{ runner: string; reason: string; fix: string | null }>(
    (d) => `the runner ${d.runner} cannot be used: ${d.reason}`,
    (d) => d.fix ?? 'Run `llem doctor`.',
  ),
  ...dockerErrors,
  ...loadErrors,
  PROGRAM_NOT_STARTED: environment<{ program: string; cause: string }>(
    (d) => `cannot start ${d.program}: ${d.cause}`,
    () => 'Check that it is installed, on the PATH and executable: `llem doctor` shows what is.',
  ),
  PROCESS_STUCK: environment<{ pids: readonly number[]; afterMs: number }>(
    (d) =>
      `${d.pids.length === 1 ? 'a process' : `${d.pids.length} processes`} could not be killed within ${formatDuration(d.afterMs)} (${d.pids.join(', ')}), and would share the machine with the next measurement`,
    (d) =>
      `See what it waits for with \`ps -o pid,stat,user,wchan,args -p ${d.pids.join(',')}\`. A process stuck in a driver ends with a reset of the device or a reboot.`,
  ),
  RESULTS_UNWRITABLE: environment<{ directory: string; cause: string }>(
    (d) => `cannot write results to ${d.directory}: ${d.cause}`,
    () => 'Choose another place with --output DIR, or make this one writable.',
  ),
  DISK_FULL: environment<{ path: string }>(
    (d) => `the disk is full: could not write ${d.path}`,
    () =>
      'Free some space or choose another place with --output DIR. Finished experiments are kept.',
  ),
  FILE_DAMAGED: failure<{ path: string; cause: string }>(
    (d) => `${d.path} does not hold what it should: ${d.cause}`,
    () => 'The file was cut short or changed by hand. Run the experiment again.',
  ),
  RESULT_NOT_FOUND: badInput<{ path: string }>(
    (d) => `there is no result in ${d.path}`,
    () => 'Name a run directory (it holds result.json), or a results directory made by `llem run`.',
  ),
  STUDY_NOT_FOUND: badInput<{ directory: string }>(
    (d) => `there is no study in ${d.directory}`,
    () => 'Name a results directory made by `llem run`: it holds plan.json.',
  ),
  NOTHING_TO_RESUME: badInput<{ resultsDir: string }>(
    (d) => `no study in ${d.resultsDir} has anything left to run`,
    () => 'Name its directory: `llem resume DIR`, or where studies are kept: `llem resume -o DIR`.',
  ),
  STUDY_CHANGED: badInput<{
    file: string
    directory: string
    planVersion: string
    changes: readonly string[]
  }>(
    (d) =>
      [
        `${d.file} no longer says what ${d.directory} was planned from:`,
        ...(d.changes.length > 0
          ? d.changes.map((change) => `  ${change}`)
          : [`  the plan was made by llem ${d.planVersion}, whose defaults were others`]),
      ].join('\n'),
    () =>
      'Undo the change to finish the study as it was begun (more execution.n_cycles are welcome), or begin the changed one with `llem run`.',
  ),
  STUDY_IN_USE: environment<{ directory: string; pid: number | null; since: string | null }>(
    (d) =>
      `${d.directory} is already being run${d.pid === null ? '' : ` by process ${d.pid}`}${d.since === null ? '' : ` since ${d.since}`}`,
    () => 'Wait for it to end, or end it: what it measured is kept.',
  ),
  DEVICES_IN_USE: environment<{ device: string; holder: string }>(
    (d) => `${d.device} is being measured by another study: ${d.holder}`,
    () => 'Wait for it with --wait, or end it.',
  ),
  MACHINE_NOT_QUIET: failure<{ reasons: readonly string[] }>(
    (d) => `refused by --strict: ${d.reasons.join('; ')}`,
    () =>
      'Make the machine quiet, then `llem resume`; without --strict it is measured with a warning.',
  ),
  PLAN_OUTDATED: badInput<{ id: string; planVersion: string; cause: string }>(
    (d) => `${d.id} cannot run as llem ${d.planVersion} planned it: ${d.cause}`,
    (d) => `Finish the study with llem ${d.planVersion}, or begin it anew with \`llem run\`.`,
  ),
  WORKER_CRASHED: failure<{ code: number | null; signal: string | null }>(
    (d) =>
      `the worker died (${d.signal === null ? `exit code ${d.code}` : `signal ${d.signal}`}) before it wrote a result`,
    (d) =>
      d.signal === 'SIGKILL'
        ? 'Killed from outside, most often for lack of memory: see `dmesg`, choose a smaller model.'
        : 'Read worker.log and backend.log in the run directory.',
  ),
  WORKER_OUT_OF_MEMORY: failure<Record<string, never>>(
    () => 'the system killed the worker for lack of memory',
    () => 'Choose a smaller model, precision or context, or give it more memory.',
  ),
  WORKER_TIMED_OUT: failure<{ afterMs: number }>(
    (d) => `the experiment did not end within ${formatDuration(d.afterMs)} and was killed`,
    () => 'Raise execution.experiment_timeout_seconds, or lower n or max_output_tokens.',
  ),
  WORKER_SILENT: failure<{ afterMs: number }>(
    (d) => `the worker said nothing for ${formatDuration(d.afterMs)} and was killed`,
    () =>
      'Read worker.log and backend.log in the run directory; raise execution.silence_timeout_seconds if it was only slow.',
  ),
  EXPERIMENT_FAILED: failure<{ message: string; hint: string }>(
    (d) => `the experiment has no result: ${d.message}`,
    (d) => d.hint,
  ),
  NO_OUTPUT_TOKENS: failure<{ requests: number; firstReason: string }>(
    (d) => `none of ${d.requests} requests produced a token (${d.firstReason})`,
    () => 'Read backend.log in the run directory; check max_input_tokens against the context size.',
  ),
  INTERRUPTED: {
    exit: 130,
    message: (d) => `interrupted while ${d.doing}`,
    hint: () => 'Finished experiments are kept.',
  } satisfies Row<{ doing: string }>,
} as const

export type ErrorCode = keyof typeof catalogue
type DataByCode = { [C in ErrorCode]: Parameters<(typeof catalogue)[C]['message']>[0] }
const rows: { [C in ErrorCode]: Row<DataByCode[C]> } = catalogue

/** Every expected failure of this project. Wording lives in the catalogue; `cause` keeps what lies beneath. */
export class AppError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'AppError'
  readonly code: C
  readonly exitCode: ExitCode
  readonly hint: string

  constructor(code: C, data: DataByCode[C], options?: { cause: unknown }) {
    const { exit, message, hint } = rows[code]
    super(message(data), options)
    this.code = code
    this.exitCode = exit
    this.hint = hint(data)
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** The whole catalogue, for the generated reference. */
export const errorRows: readonly ({ code: string; exitCode: ExitCode } & Texts)[] = Object.entries(
  catalogue,
)
  .map(([code, { exit, message, hint }]) => ({ code, exitCode: exit, message, hint }))
  .sort((a, b) => (a.code < b.code ? -1 : 1))

interface Texts {
  message(data: never): string
  hint(data: never): string
}
