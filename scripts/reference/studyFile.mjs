// The reference of the study file, and its JSON Schema for editors.
import { z } from 'zod'
import { describeSchema, describeValue } from '../../dist/config/describeSchema.js'
import { experimentShape } from '../../dist/config/experimentSchema.js'
import { branchesOf } from '../../dist/config/schemaNode.js'
import { isStudyKey, studySchema } from '../../dist/config/studyConfig.js'
import { code, page, table } from './markdown.mjs'

export function renderEditorSchema(plugins) {
  // Draft 7 is what editors understand best.
  const schema = z.toJSONSchema(studySchema(plugins), { io: 'input', target: 'draft-07' })
  return `${JSON.stringify({ title: 'llenergymeasure study', ...schema }, null, 2)}\n`
}

export function renderStudyFile(plugins) {
  const study = z.toJSONSchema(studySchema(plugins), { io: 'input' })
  const { required } = z.toJSONSchema(z.strictObject(experimentShape(plugins)), { io: 'input' })
  // The keys of an entry are those of the first section.
  study.properties.experiments.items = {}
  const names = (list) => list.map(({ name }) => name)
  const experimentKeys = Object.keys(experimentShape({ backends: [], sources: [] }))
  const pluginKeys = names(plugins.backends)
  return page(
    'Study file',
    intro,
    '## Experiment',
    'What is measured. These keys stand at the top level, in the entries of `experiments`, and with dots in `sweep`.',
    ...sections({ ...study, required }, experimentKeys, { skip: names(plugins.sources) }),
    '## Study',
    'What varies, where and how it runs. These keys stand at the top level alone. [Writing a study](../studies.md) shows them at work.',
    ...sections(study, Object.keys(study.properties).filter(isStudyKey)),
    '## Backends',
    'The section of the chosen `backend` may be written; a section of another one is an error.',
    ...pluginKeys.flatMap((name) =>
      plugin(plugins.backends, name, `### ${name}`, study.properties[name], name),
    ),
    '## Energy sources',
    'Sections below `energy`, for sources that have options.',
    ...names(plugins.sources).flatMap((name) =>
      plugin(
        plugins.sources,
        name,
        `### energy.${name}`,
        study.properties.energy.properties[name],
        `energy.${name}`,
      ),
    ),
    '## Runners',
    table(
      ['Name', 'What it does'],
      plugins.runners.map(({ name, docs }) => [code(name), docs]),
    ),
  )
}

const intro = `A study is a YAML 1.2 file (JSON works too, being YAML). Every key has a default but \`model\`, so the smallest study is

\`\`\`yaml
model: synthetic/smollm2-135m
\`\`\`

Keys end in their unit. Anchors, aliases and merge keys (\`<<: *name\`) work. Unknown keys are errors, and all problems of
a file are reported at once with line and column. Flags of \`llem run\` and \`--set path=value\` (\`--set decoder.top_k=40\`)
win over the file.

Editors that use the YAML language server complete and check a study whose first line is

\`\`\`yaml
# yaml-language-server: $schema=./node_modules/llenergymeasure/schema/study.schema.json
\`\`\``

/** A table of plain keys, then one for each key that is a section of its own. */
function sections(node, keys, { prefix = '', skip = [] } = {}) {
  const isSection = (key) => node.properties[key]?.properties !== undefined
  const rows = keys
    .filter((key) => !skip.includes(key))
    .flatMap((key) => rowsOf(key, node.properties[key], (node.required ?? []).includes(key)))
  return [
    rows.length === 0 ? 'No options.' : table(['Key', 'Value', 'Default', 'Meaning'], rows),
    ...keys
      .filter((key) => isSection(key) && !skip.includes(key))
      .flatMap((key) => [
        `### ${prefix}${key}`,
        sentence(node.properties[key].description),
        ...sections(node.properties[key], Object.keys(node.properties[key].properties), {
          prefix: `${prefix}${key}.`,
          skip,
        }),
      ]),
  ]
}

function rowsOf(key, node, isRequired) {
  const isSection = node.properties !== undefined
  const value = isSection ? 'section, see below' : describeSchema(node)
  const normal = isRequired
    ? 'required'
    : node.default === undefined || isSection
      ? ''
      : code(shown(node.default))
  const own = [code(key), value, normal, node.description ?? '']
  const items = branchesOf(node)
    .filter((branch) => typeof branch.items === 'object')
    .flatMap((branch) => branchesOf(branch.items))
  const inner = items.flatMap((item) =>
    Object.entries(item.properties ?? {}).flatMap(([name, child]) =>
      rowsOf(`${key}[].${name}`, child, (item.required ?? []).includes(name)),
    ),
  )
  return [own, ...inner]
}

function plugin(list, name, heading, node, path) {
  const { title, docs } = list.find((candidate) => candidate.name === name)
  return [
    heading,
    `**${title}.** ${docs}`,
    ...sections(node, Object.keys(node.properties ?? {}), { prefix: `${path}.` }),
  ]
}

const shown = (value) =>
  typeof value === 'object' ? JSON.stringify(value) : describeValue(value).replace(/^"(.*)"$/, '$1')

const sentence = (text = '') => (text === '' ? '' : `${text[0].toUpperCase()}${text.slice(1)}.`)
