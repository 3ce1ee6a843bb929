/** The bias of a load client as text: a table per load, and a verdict. */

import { formatNumber } from '../core/units.ts'
import type { BiasRow, ClientBias } from './clientBias.ts'
import { paintFor } from './paint.ts'
import { wrapWords } from './wrapRow.ts'

/** What the server was told to do. */
export interface KnownServer {
  ttftMs: number
  /** Between two tokens of one stream. */
  gapMs: number
}

export interface BiasOptions {
  width: number
  isColor: boolean
}

/** Ends with a newline. */
export function renderClientBias(
  loads: readonly { label: string; bias: ClientBias }[],
  { ttftMs, gapMs }: KnownServer,
  { width, isColor }: BiasOptions,
): string {
  const paint = paintFor(isColor)
  const head = `Against the fake engine server: first token after ${formatNumber(ttftMs)} ms, then one every ${formatNumber(gapMs)} ms`
  const sections = loads.map(({ label, bias }) => [
    paint.bold(label),
    `  ${'metric'.padEnd(labelWidth)}${cells(['server', 'client', 'bias'])}`,
    ...bias.rows.filter(({ client }) => client !== null).map(lineOf),
    ...wrapWords(verdictOf(bias), width - 2).map((line) => `  ${line}`),
  ])
  return `${[[head], ...sections].map((lines) => lines.join('\n')).join('\n\n')}\n`
}

const labelWidth = 28
const columnWidth = 13

function lineOf({ metric, unit, server, client }: BiasRow): string {
  const value = (number: number | null): string =>
    number === null ? '-' : `${formatNumber(number)} ${unit}`
  const bias = (client ?? 0) - (server ?? 0)
  const sign = bias > 0 ? '+' : ''
  return `  ${metric.padEnd(labelWidth)}${cells([value(server), value(client), `${sign}${value(bias)}`])}`
}

const cells = (texts: readonly string[]): string =>
  texts.map((text) => text.padStart(columnWidth)).join('')

function verdictOf({ limits }: ClientBias): string {
  if (limits === null) return 'No load client was used.'
  if (limits.length === 0)
    return 'Within every limit: at this load the figures are those of the server.'
  const passed = limits.map(
    ({ limit, found, allowed }) => `${limit} ${formatNumber(found)} of ${formatNumber(allowed)}`,
  )
  return `Client limited (${passed.join(', ')}): at this load a part of the figures is that of the client. Lower the load, or give the client free cores.`
}
