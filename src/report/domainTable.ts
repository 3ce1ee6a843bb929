/** The domains of the text report: one row per stream of readings, with its own figures and where they come from. */

import { formatNumber } from '../core/units.ts'
import type { DomainEnergy, Result } from '../store/resultFile.ts'
import { unknownReason } from './unknownReason.ts'
import { labelWidth, wrapRow } from './wrapRow.ts'

const columnWidth = 8

/** A heading and a line per domain; no lines when nothing was read. */
export function domainTable(result: Result, width: number): { heading: string; lines: string[] } {
  return {
    heading: `${'By domain'.padEnd(labelWidth)}${cells(['J', '+- J', 'W mean', 'W peak', 'W idle', 'loaded'])}`,
    lines: result.energy.domains.flatMap((domain) => domainLines(domain, result, width)),
  }
}

function domainLines(energy: DomainEnergy, result: Result, width: number): string[] {
  const { id, scope } = energy.domain
  const label = `${id} ${scope}`
  const origin = originOf(energy)
  if (energy.energyJ === null) {
    const reason = unknownReason(result.warnings, id) ?? 'no reading in the window'
    return wrapRow(label, `unknown: ${reason} (${origin})`, width)
  }
  const figures = [
    figure(energy.energyJ),
    energy.uncertaintyJ === null ? '-' : formatNumber(energy.uncertaintyJ, 2),
    figure(energy.meanPowerW),
    figure(energy.maxPowerW),
    figure(energy.idlePowerW),
    figure(energy.loadedIdlePowerW),
  ]
  const start = `  ${label}`.padEnd(labelWidth)
  return [`${start}${cells(figures)}  ${origin}${uncounted(id, result)}`]
}

const cells = (texts: readonly string[]): string =>
  texts.map((text) => text.padStart(columnWidth)).join('')

const figure = (value: number | null): string => (value === null ? '-' : formatNumber(value))

/** `rapl counter`, `cpu-estimate`: what reads and how; the way is left out where the name says it. */
function originOf({ domain: { source, method, isSynthetic } }: DomainEnergy): string {
  const origin = source.includes(method) ? source : `${source} ${method}`
  return isSynthetic ? `${origin}, synthetic` : origin
}

/** Why a domain adds nothing to the total, if it does not. */
function uncounted(id: string, { energy }: Result): string {
  if (energy.total.domains.includes(id)) return ''
  const outer = energy.domains.find(({ domain }) => domain.contains.includes(id))
  return outer === undefined ? ', not in the total' : `, part of ${outer.domain.id}`
}
