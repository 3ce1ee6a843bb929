/** The report of `llem doctor`: what works, what does not, and the one command that fixes it. */

import { describeLimits } from '../../core/leftLimits.ts'
import { formatBytes } from '../../core/units.ts'
import { describeRunner } from '../../report/describeRunner.ts'
import type { Paint } from '../../report/paint.ts'
import { wrapWords } from '../../report/wrapRow.ts'
import type { RunnerSpec } from '../../store/experimentFile.ts'
import type { FoundLimits } from '../../study/findLeftLimits.ts'
import type { DirectoryCheck, MachineCheck } from './probeMachine.ts'
import type { PluginCheck, PluginChecks } from './probePlugins.ts'
import type { Verdict } from './verdictOf.ts'

export interface DoctorReport {
  machine: MachineCheck
  plugins: PluginChecks
  /** By backend: where one runs that is alone in a study which says nothing of it. */
  places: ReadonlyMap<string, RunnerSpec>
  verdict: Verdict
}

export interface DoctorOptions {
  width: number
  paint: Paint
}

/** The whole report as text; ends with a newline. */
export function renderDoctor(report: DoctorReport, options: DoctorOptions): string {
  const { machine, plugins, places, verdict } = report
  const { paint } = options
  const section = (title: string, checks: readonly PluginCheck[]): string[] => [
    paint.bold(title),
    ...checks.flatMap((check) => checkLines(check, options)),
    '',
  ]
  return [
    paint.bold('Machine'),
    ...machineLines(machine, options),
    '',
    ...section('Backends', plugins.backends),
    ...section('Energy sources', plugins.sources),
    ...section('Runners', plugins.runners),
    paint.bold('Where each backend runs, unless a study says otherwise'),
    ...[...places].flatMap(([name, spec]) =>
      markedLines({ mark: '', name, text: describeRunner(spec) }, options),
    ),
    '',
    (verdict.isReady ? paint.green : paint.red)(verdict.text),
    '',
  ].join('\n')
}

const nameWidth = 14
const markWidth = 6

function machineLines(machine: MachineCheck, options: DoctorOptions): string[] {
  const { cpu, usableCores, logicalCores, totalMemoryBytes, availableMemoryBytes } = machine
  const available =
    availableMemoryBytes === null ? '' : `, ${formatBytes(availableMemoryBytes)} available`
  const fact = (name: string, text: string) => markedLines({ mark: '', name, text }, options)
  return [
    ...fact('cpu', `${cpu}, ${Number(usableCores.toFixed(2))} of ${logicalCores} CPUs usable`),
    ...fact('memory', `${formatBytes(totalMemoryBytes)}${available}`),
    ...fact('node', `${machine.nodeVersion} on ${machine.platform}`),
    ...directoryLines('results', machine.results, options),
    ...directoryLines('cache', machine.cache, options),
    ...limitLines(machine.leftLimits, options),
  ]
}

function limitLines({ left, unread }: FoundLimits, options: DoctorOptions): string[] {
  const line = (text: string) => markedLines({ mark: 'no', name: 'gpu limits', text }, options)
  return [
    ...left.flatMap(({ pid, path, device, state }) =>
      line(
        state === 'unseen'
          ? `process ${pid} of another container has set ${describeLimits(device)}, and whether it still runs cannot be seen from here. If it does not, set them back with nvidia-smi and remove ${path}.`
          : `process ${pid} was killed and left ${describeLimits(device)}. The next llem run as root puts it back.`,
      ),
    ),
    ...unread.flatMap((cause) => line(`what may have been left cannot be read: ${cause}`)),
  ]
}

function directoryLines(name: string, check: DirectoryCheck, options: DoctorOptions): string[] {
  const free = check.freeBytes === null ? '' : `, ${formatBytes(check.freeBytes)} free`
  const state = check.isWritable ? `can be written${free}` : `cannot be written: ${check.reason}`
  const mark = check.isWritable ? '' : 'no'
  return markedLines({ mark, name, text: `${check.path} ${state}` }, options)
}

function checkLines({ name, title, availability }: PluginCheck, options: DoctorOptions): string[] {
  if (availability.status === 'available') {
    return markedLines({ mark: 'ok', name, text: `${title}: ${availability.detail}` }, options)
  }
  const { reason, fix } = availability
  return [
    ...markedLines({ mark: 'no', name, text: `${title}: ${reason}` }, options),
    // A command is to be copied: it stays on one line however long it is.
    ...(fix === null ? [] : [`${' '.repeat(markWidth + nameWidth)}fix: ${fix}`]),
  ]
}

interface MarkedLine {
  mark: 'ok' | 'no' | ''
  name: string
  text: string
}

function markedLines({ mark, name, text }: MarkedLine, { width, paint }: DoctorOptions): string[] {
  const color = mark === 'ok' ? paint.green : paint.yellow
  const start = `  ${color(mark)}${' '.repeat(markWidth - 2 - mark.length)}${name.padEnd(nameWidth)}`
  const indent = ' '.repeat(markWidth + nameWidth)
  return wrapWords(text, Math.max(20, width - indent.length)).map(
    (line, index) => `${index === 0 ? start : indent}${line}`,
  )
}
