// Markdown as all pages of the reference use it.

/** The head of a generated page. */
export const page = (title, ...blocks) =>
  `<!-- Generated from the code by scripts/gen.mjs. Do not edit: run \`npm run gen\`. -->\n\n# ${title}\n\n${blocks.filter(Boolean).join('\n\n')}\n`

export const table = (headings, rows) =>
  [headings, headings.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map(cell).join(' | ')} |`)
    .join('\n')

export const code = (text) => `\`${text}\``

/** Escapes what Markdown would take for a cell border or HTML, but not inside code. */
const cell = (text) =>
  String(text)
    .replaceAll('|', '\\|')
    .replaceAll('\n', '<br>')
    .split('`')
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/<(?!br>)/g, '\\<')))
    .join('`')
