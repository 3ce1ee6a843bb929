// The reference of result.json: every field with its unit and meaning.
import { z } from 'zod'
import { describeSchema } from '../../dist/config/describeSchema.js'
import { branchesOf } from '../../dist/config/schemaNode.js'
import { resultSchema } from '../../dist/store/resultFile.js'
import { code, page, table } from './markdown.mjs'

const units = [
  [/joulesPer(\w+)$/, (per) => `J / ${words(per)}`],
  [/J$/, 'J'],
  [/W$/, 'W'],
  [/Ms$/, 'ms'],
  [/Bytes$/, 'bytes'],
  [/Mhz$/, 'MHz'],
  [/temperatureC$/, '°C'],
  [/flopsPerSecond$/, 'FLOP / s'],
  [/flops$/, 'FLOP'],
  [/(\w+)PerSecond$/, (what) => `${words(what)} / s`],
]

export function renderResult() {
  const root = z.toJSONSchema(resultSchema, { io: 'output' })
  return page(
    'result.json',
    'One file for each measured experiment, in its run directory. Numbers carry their unit in their name. Null is what is not known; a warning says why. Wall times are labels; every `...Ms` that is a point in time is CLOCK_MONOTONIC.',
    table(['Field', 'Unit', 'Value', 'Meaning'], rowsOf(root, root, '')),
  )
}

function rowsOf(root, node, prefix) {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const path = `${prefix}${key}`
    const branches = branchesOf(child).filter(({ type }) => type !== 'null')
    const isNullable = branches.length < branchesOf(child).length
    const [only] = branches
    if (path === 'experiment.config') return [configRow(child)]
    const inner = only.items?.properties ? only.items : only.properties ? only : null
    const value =
      inner === null ? describeSchema(resolved(root, child)) : only.items ? 'a list' : 'a section'
    return [
      [
        code(path),
        unitOf(key),
        isNullable && inner !== null ? `${value} or null` : value,
        child.description ?? '',
      ],
      ...(inner === null ? [] : rowsOf(root, inner, `${path}${only.items ? '[]' : ''}.`)),
    ]
  })
}

const configRow = (node) => [
  code('experiment.config'),
  '',
  'a section',
  `${node.description}: keys as in [the study file](study-file.md)`,
]

/** JSON of any kind is a recursive schema; the reference only says that it is JSON. */
const resolved = (_root, node) => (node.$ref === undefined ? node : {})

function unitOf(key) {
  for (const [pattern, unit] of units) {
    const match = pattern.exec(key)
    if (match !== null) return typeof unit === 'string' ? unit : unit(match[1])
  }
  return ''
}

const words = (name) =>
  name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/s$/, '')
