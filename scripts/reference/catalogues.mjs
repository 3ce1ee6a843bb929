// The references of errors and warnings. Texts come from the catalogues' own functions, called with stand-ins for their
// data; where a text depends on the data, each form that the stand-ins bring out is listed.
import { errorRows, exitCodes } from '../../dist/core/errors.js'
import { formatBytes, formatDuration, formatNumber } from '../../dist/core/units.js'
import { warningRows } from '../../dist/core/warnings.js'
import { code, page, table } from './markdown.mjs'

const exitMeanings = {
  measured: 'everything was measured',
  bug: 'a bug in llenergymeasure',
  badInput: 'bad input: the command line, the study file, a model or a dataset',
  environment: 'this machine is not fit: something is missing, full or not allowed',
  someFailed: 'some experiments failed',
  noneSucceeded: 'no experiment succeeded',
  interrupted: 'interrupted; what was finished is kept',
}

export function renderErrors() {
  return page(
    'Errors',
    'Every error has a code, a message that says what was expected and what was found, and a hint that says what to do next. `{name}` stands for what the program fills in.',
    '## Exit codes',
    table(
      ['Code', 'Meaning'],
      Object.entries(exitCodes).map(([name, exit]) => [code(exit), exitMeanings[name]]),
    ),
    'An error inside one experiment is kept in its `failure.json`; the command then ends with 4, or 5 when no experiment succeeded.',
    '## Codes',
    ...errorRows.flatMap(({ code: name, exitCode, message, hint }) => [
      `### ${name}`,
      `Exit code ${exitCode}.`,
      texts({ message, hint }),
    ]),
  )
}

export function renderWarnings() {
  return page(
    'Warnings',
    'A warning tells a reader of a number what to know about it. Warnings are data in `result.json` (`code`, `message`, `hint`, and the figures in `data`) and are shown with the result. `{name}` stands for what the program fills in.',
    ...warningRows.flatMap(({ code: name, message, hint }) => [
      `## ${name}`,
      texts({ message, hint }),
    ]),
  )
}

const texts = ({ message, hint }) =>
  table(
    ['', 'Text'],
    [
      ...forms(message).map((text) => ['Message', text]),
      ...forms(hint).map((text) => ['Hint', text]),
    ],
  )

/** Data that choose a text from a table, which no stand-in can: one value for each text. */
const choices = { needs: ['toolkit', 'driver', 'device'], status: [401, 403, 404, 429] }

/** Every text that a catalogue function makes of stand-ins: all data present, then each datum null, false, 0 or a list of one in turn. */
function forms(render) {
  const names = new Set()
  const lists = new Set()
  const first = attempt(render, { names, lists }, {})
  if (first === null) throw new Error(`cannot render ${render}`)
  const others = [...names].flatMap((name) =>
    [...(choices[name] ?? []), null, false, 0, ...(lists.has(name) ? [[`{${name}}`]] : [])].map(
      (value) => attempt(render, { names, lists }, { [name]: value }),
    ),
  )
  const found = new Map([[skeleton(first), first]])
  for (const text of others)
    if (text !== null && !showsValue(text) && !found.has(skeleton(text)))
      found.set(skeleton(text), text)
  return [...found.values()]
}

/** A text without its data: two texts of one skeleton are one form. */
const skeleton = (text) => text.replace(/\{[^}]*\}/g, '{}')

/** Forms that only print the null, false or 0 they were given tell nothing. */
const showsValue = (text) => /(^|[^\w.-])(null|false|0|NaN)([^\w.-]|$)/.test(text)

function attempt(render, { names, lists }, fixed) {
  const numbers = new Map()
  const data = new Proxy(
    {},
    {
      get(_target, name) {
        if (typeof name !== 'string') return undefined
        names.add(name)
        if (name in fixed) return fixed[name]
        if (name === 'problems') return [sampleProblem]
        if (name in choices) return choices[name][0]
        if (!numbers.has(name)) numbers.set(name, 7_351_913 + 1_234_577 * numbers.size)
        return standIn(name, numbers.get(name), () => lists.add(name))
      },
    },
  )
  try {
    return withNames(`${render(data)}`, numbers).trim()
  } catch {
    // This datum cannot be null: there is no such form of the text.
    return null
  }
}

const sampleProblem = {
  path: ['decoder', 'temprature'],
  line: 3,
  column: 3,
  message: 'expected a key of decoder, found temprature',
  hint: 'did you mean temperature?',
}

/** Reads as `{name}` where text or a list is wanted and as a number where one is. */
function standIn(name, number, noteList) {
  const text = `{${name}}`
  const own = {
    [Symbol.toPrimitive]: (wanted) => (wanted === 'string' ? text : number),
    toFixed: () => text,
    join() {
      noteList()
      return text
    },
    map: (change) => [change(text)],
  }
  return new Proxy(own, {
    get(_target, key) {
      if (key in own) return own[key]
      if (key === 'length') return standIn(`number of ${name}`, number + 111)
      const method = text[key]
      return typeof method === 'function' ? method.bind(text) : method
    },
  })
}

/** Puts names back in the place of numbers, however they were worded. */
function withNames(text, numbers) {
  const entries = [...numbers]
  const sums = entries.flatMap(([a, x]) => entries.map(([b, y]) => [`${a} + ${b}`, x + y]))
  const wordings = [...entries, ...sums]
    .flatMap(([name, number]) =>
      [
        formatBytes(number),
        formatDuration(number),
        String(number),
        formatNumber(number),
        formatNumber(number * 100),
      ].map((wording) => ({ name, wording })),
    )
    .sort((a, b) => b.wording.length - a.wording.length)
  let named = text
  for (const { name, wording } of wordings) named = named.replaceAll(wording, `{${name}}`)
  if (/\d{6}|NaN|\bundefined\b/.test(named)) throw new Error(`a stand-in shows through: ${named}`)
  return named
}
