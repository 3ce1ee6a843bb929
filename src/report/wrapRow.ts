/** One labelled row of a text: a label column, then words that wrap under their own beginning. */

/** Columns of the label, its two spaces of indent and the gap behind it included. */
export const labelWidth = 19
const narrowestText = 20

/** Lines of `label  text`, each at most `width` columns wide unless a single word is longer. */
export function wrapRow(label: string, text: string, width: number): string[] {
  const lines = wrapWords(text, Math.max(narrowestText, width - labelWidth))
  const gap = ' '.repeat(labelWidth)
  return lines.map((line, index) =>
    index === 0 ? `${`  ${label} `.padEnd(labelWidth)}${line}` : `${gap}${line}`,
  )
}

/** Lines of a text behind a mark such as `  - `, the others under its beginning. */
export function wrapMarked(mark: string, text: string, width: number): string[] {
  const indent = ' '.repeat(mark.length)
  const lines = wrapWords(text, Math.max(narrowestText, width - mark.length))
  return lines.map((line, index) => `${index === 0 ? mark : indent}${line}`)
}

/** The words of a text in lines of at most `width` columns; a number keeps its unit. */
export function wrapWords(text: string, width: number): string[] {
  return wrapParts(text.split(/(?<!\d) /), width)
}

/** Parts with a space between them, in lines of at most `width` columns unless a single part is longer. */
export function wrapParts(parts: readonly string[], width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of parts) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
