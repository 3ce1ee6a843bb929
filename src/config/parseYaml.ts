/** Reads YAML 1.2 (and with it JSON), keeps where everything stands, and words what is wrong with the text itself. */

import { type Document, isMap, isScalar, LineCounter, type ParsedNode, parseDocument } from 'yaml'
import { messageOf } from '../core/errors.ts'
import type { Problem } from '../core/problem.ts'
import { yamlProblem } from './yamlProblem.ts'
import { brokenReferences } from './yamlReferences.ts'

export interface YamlSource {
  text: string
  /** The plain value; meaningless unless `isReadable`. */
  value: unknown
  /** False when the text is so broken that its structure means nothing. */
  isReadable: boolean
  problems: Problem[]
  document: Document<ParsedNode>
  /** One-based line and column of an offset in the text. */
  positionOf(offset: number): { line: number; column: number }
}

/** Never throws. The top level of the text must be a mapping. */
export function parseYaml(text: string): YamlSource {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    merge: true,
    stringKeys: true,
    resolveKnownTags: false,
    prettyErrors: false,
  })
  const positionOf = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const said = [...document.errors, ...document.warnings].map((error) => ({
    // A key written twice leaves a readable document, so that the rest can be checked as well.
    isFatal: error.code !== 'DUPLICATE_KEY',
    problem: yamlProblem(error, text, document),
  }))
  const isBroken = said.some(({ isFatal }) => isFatal)
  const faults = isBroken ? [] : [...topProblems(document), ...brokenReferences(document)]
  const problems = [...said.map(({ problem }) => problem), ...faults].map(
    ({ offset, ...problem }) => ({ ...problem, ...positionOf(offset) }),
  )
  const source = { text, document, positionOf, problems: firstOfEachLine(problems) }
  if (isBroken || faults.length > 0) return { ...source, value: null, isReadable: false }
  try {
    return { ...source, value: document.toJS(), isReadable: true }
  } catch (thrown) {
    // What is left to throw is the limit on aliases of aliases, which would fill the memory.
    const problem = { path: [], message: messageOf(thrown), line: 1, column: 1 }
    return { ...source, value: null, isReadable: false, problems: [problem] }
  }
}

/** Everything hangs below one mapping. */
function topProblems({ contents }: Document<ParsedNode>): (Problem & { offset: number })[] {
  if (isMap(contents)) return []
  const isEmpty = contents === null || (isScalar(contents) && contents.value === null)
  const found = isEmpty ? 'an empty file' : isScalar(contents) ? 'text' : 'a list'
  return [
    {
      path: [],
      offset: isEmpty ? 0 : (contents?.range[0] ?? 0),
      message: `expected keys and values, found ${found}`,
      hint: 'the smallest study is one line, model: synthetic/smollm2-135m',
    },
  ]
}

/** One slip makes the parser stumble several times; the first time in each line says it, ten lines say enough. */
function firstOfEachLine(problems: readonly Problem[]): Problem[] {
  const seen = new Set<number | undefined>()
  return problems.filter(({ line }) => !seen.has(line) && seen.add(line)).slice(0, 10)
}
