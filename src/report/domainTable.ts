/** The domains of the text report: one row per stream of readings, with its own figures and where they come from. */

import { formatNumber } from '../core/units.ts'
import type { DomainEnergy, Result } from '../store/resultFile.ts'
import { unknownReason } from './unknownReason.ts'
import { labelWidth, wrapRow } from './wrapRow.ts'

const titles = ['J', '+- J', 'W mean', 'W peak', 'W idle', 'W loaded'] as const

/** A heading and a line per domain; no lines when nothing was read. */
export function domainTable(result: Result, width: number): { heading: string; lines: string[] } {
  const { domains } = result.energy
  const rows = domains.map(figuresOf)
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((figures) => figures?.[column]?.length ?? 0)),
  )
  const cells = (texts: readonly string[]): string =>
    texts.map((text, column) => `  ${text.padStart(widths[column] ?? 0)}`).join('')
  return {
    heading: `${'By domain'.padEnd(labelWidth)}${cells(titles)}  sensor`,
    lines: domains.flatMap((domain, index) => {
      const figures = rows[index] ?? null
      if (figures === null) return unknownLines(domain, result, width)
      const start = `  ${labelOf(domain)}`.padEnd(labelWidth)
      return [
        `${start}${cells(figures)}  ${originOf(domain)}${uncounted(domain.domain.id, result)}`,
      ]
    }),
  }
}

/** Null where its energy is unknown. */
function figuresOf(energy: DomainEnergy): string[] | null {
  if (energy.energyJ === null) return null
  return [
    figure(energy.energyJ),
    energy.uncertaintyJ === null ? '-' : formatNumber(energy.uncertaintyJ, 2),
    figure(energy.meanPowerW),
    figure(energy.maxPowerW),
    figure(energy.idlePowerW),
    figure(energy.loadedIdlePowerW),
  ]
}

const figure = (value: number | null): string => (value === null ? '-' : formatNumber(value))

function unknownLines(energy: DomainEnergy, { warnings }: Result, width: number): string[] {
  const reason = unknownReason(warnings, energy.domain.id) ?? 'no reading in the window'
  return wrapRow(labelOf(energy), `unknown: ${reason} (${originOf(energy)})`, width)
}

const labelOf = ({ domain: { id, scope } }: DomainEnergy): string => `${id} ${scope}`

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
