/** What a study may take, in rows of text: accelerators, memory, time, energy and disk, each with what it is judged by. */

import {
  formatBytes,
  formatDuration,
  formatJoules,
  formatNumber,
  joulesToKwh,
} from '../core/units.ts'
import type { EstimateBasis, PlanMachine, PlanSummary } from '../store/planSummary.ts'

export interface NeedRow {
  label: string
  text: string
  /** It cannot be had here. */
  isBad?: boolean
}

export function needRows(summary: PlanSummary): NeedRow[] {
  const { estimate, experiments, runs } = summary
  const rests = estimate.restMs > 0 ? `, ${formatDuration(estimate.restMs)} of it rests` : ''
  const pace = estimate.isSideBySide ? ', side by side where they can' : ''
  return [
    ...fileRows(summary),
    gpuRow(summary),
    memoryRow(summary),
    {
      label: 'time',
      text: `about ${formatDuration(estimate.durationMs)}${runs === 1 ? '' : ` for ${runs} runs`}${pace}${rests}`,
    },
    basisRow(estimate.durationBases, durationWords, experiments),
    energyRow(summary),
    basisRow(estimate.powerBases, powerWords, experiments),
    diskRow(summary),
  ]
}

/** What is missing here; the list of all is in --json. */
function fileRows({ unready, experiments }: PlanSummary): NeedRow[] {
  const sure = unready.filter(({ isHere }) => isHere)
  const [first] = sure.length > 0 ? sure : unready
  if (first === undefined) return []
  const maybe = unready.length - sure.length
  const counts = [
    ...(sure.length > 0 ? [`${sure.length} would fail with those that are here`] : []),
    ...(maybe > 0 ? [`${maybe} may fail unless the image brings what is missing here`] : []),
  ]
  const reasons = new Set(unready.map(({ message }) => message)).size
  const more = reasons > 1 ? `; and ${reasons - 1} more` : ''
  const who = `of ${counted(experiments)} ${counts.join(', ')}`
  return [
    {
      label: 'files',
      text: `${who}: ${first.label}: ${first.message}${more}`,
      isBad: sure.length > 0,
    },
  ]
}

function gpuRow({ backends, machine }: PlanSummary): NeedRow {
  const known = backends.flatMap(({ gpus }) => (gpus === null ? [] : [gpus]))
  const least = Math.max(0, ...known.map((gpus) => gpus.least))
  const isBad = least > machine.gpus.length
  const parts = [
    `${least === 0 ? 'none' : least} needed`,
    ...(known.some(({ most }) => most === null) ? ['those that are found are used'] : []),
    ...(known.length < backends.length ? ['not every backend says'] : []),
    gpusHere(machine),
  ]
  return { label: 'GPUs', text: parts.join(', '), isBad }
}

function gpusHere({ gpus: [first, ...others] }: PlanMachine): string {
  if (first === undefined) return 'no sensor tells of one here'
  const memory = first.memoryBytes === null ? '' : ` with ${formatBytes(first.memoryBytes)}`
  return `here ${others.length === 0 ? 'is' : 'are'} ${others.length + 1} x ${first.name}${memory}`
}

function memoryRow({ estimate, machine }: PlanSummary): NeedRow {
  const { largest, memoryUnknown } = estimate
  if (largest === null) {
    return { label: 'memory', text: 'unknown: no model is on this machine yet' }
  }
  const parts = [
    `weights ${formatBytes(largest.weightBytes)}`,
    `cache ${formatBytes(largest.cacheBytes)}`,
    `buffers ${formatBytes(largest.bufferBytes)}`,
  ]
  const limit = largest.isOnGpus ? gpuMemory(machine) : hostMemory(machine)
  const isBad = limit.bytes !== null && largest.totalBytes > limit.bytes
  const rest = memoryUnknown > 0 ? `; unknown for ${counted(memoryUnknown)}` : ''
  const need = `${formatBytes(largest.totalBytes)} for ${largest.label} (${parts.join(', ')})`
  const text = `up to ${need}${isBad ? ', but there are ' : ' of '}${limit.text}${rest}`
  return { label: 'memory', text, isBad }
}

function hostMemory({ availableMemoryBytes, totalMemoryBytes }: PlanMachine) {
  const bytes = availableMemoryBytes ?? totalMemoryBytes
  return { bytes, text: `${formatBytes(bytes)} available` }
}

function gpuMemory({ gpus }: PlanMachine) {
  const known = gpus.flatMap(({ memoryBytes }) => (memoryBytes === null ? [] : [memoryBytes]))
  const bytes = known.length < gpus.length ? null : known.reduce((sum, one) => sum + one, 0)
  return { bytes, text: bytes === null ? 'the GPUs' : `${formatBytes(bytes)} on the GPUs` }
}

type BasisWords = Record<EstimateBasis['kind'], string>

const durationWords: BasisWords = {
  stated: 'by the rate that the options state',
  earlier: 'by earlier results',
  bandwidth: 'by a guess from the size of the weights',
  assumed: 'by a guess',
  unknown: 'unknown',
}

const powerWords: BasisWords = {
  stated: 'by the options',
  earlier: 'by earlier results',
  bandwidth: 'by a guess',
  assumed: 'by a guess for this machine at full load',
  unknown: 'with a backend that computes nothing here',
}

/** Names of earlier studies that are told. */
const toldStudies = 2

/** How many are judged in which way; the count is left out where it is all of them. */
function basisRow(bases: readonly EstimateBasis[], words: BasisWords, all: number): NeedRow {
  const texts = bases.map((basis) => {
    const who = basis.experiments === all ? '' : `${counted(basis.experiments)} `
    return `${who}${basisText(basis, words)}`
  })
  return { label: '', text: texts.join('; ') }
}

function basisText({ kind, studies, range }: EstimateBasis, words: BasisWords): string {
  const unit = words === powerWords ? 'W' : 'tokens/s'
  const others = studies.length - toldStudies
  const names = `${studies.slice(0, toldStudies).join(', ')}${others > 0 ? ` and ${others} more` : ''}`
  const source = studies.length === 0 ? '' : ` in ${names}`
  const figures = range === null ? '' : `, ${rangeText(range)} ${unit}`
  return `${words[kind]}${source}${figures}`
}

const counted = (experiments: number): string =>
  `${experiments} ${experiments === 1 ? 'experiment' : 'experiments'}`

function rangeText([low, high]: readonly [number, number]): string {
  const [from, to] = [formatNumber(low), formatNumber(high)]
  return from === to ? from : `${from} to ${to}`
}

function energyRow({ estimate: { energyJ } }: PlanSummary): NeedRow {
  if (energyJ === null) return { label: 'energy', text: 'unknown' }
  const kwh = formatNumber(joulesToKwh(energyJ))
  return { label: 'energy', text: `about ${formatJoules(energyJ)} (${kwh} kWh)` }
}

function diskRow({ estimate: { resultBytes }, machine }: PlanSummary): NeedRow {
  const { freeDiskBytes, resultsDir } = machine
  const need = `about ${formatBytes(Math.round(resultBytes))} of results in ${resultsDir}`
  if (freeDiskBytes === null) return { label: 'disk', text: need }
  const isBad = resultBytes > freeDiskBytes
  return { label: 'disk', text: `${need}, ${formatBytes(freeDiskBytes)} free`, isBad }
}
