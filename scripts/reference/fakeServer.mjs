// The reference of the fake engine server: every option and every fault, from its schema.
import { z } from 'zod'
import { fakeServerSchema } from '../../dist/backends/shared/fakeServer/fakeServerOptions.js'
import { describeSchema, describeValue } from '../../dist/config/describeSchema.js'
import { code, page, table } from './markdown.mjs'

export function renderFakeServer() {
  const { properties } = z.toJSONSchema(fakeServerSchema, { io: 'input' })
  const faults = properties.faults.items.properties.fault
  const kinds = faults.oneOf ?? faults.anyOf
  return page(
    'Fake engine server',
    intro,
    '## Options',
    table(
      ['Key', 'Value', 'Default', 'Meaning'],
      Object.entries(properties).map(([key, node]) => [
        code(key),
        key === 'faults' ? 'a list, see below' : describeSchema(node),
        node.default === undefined ? '' : code(describeValue(node.default)),
        node.description,
      ]),
    ),
    '## Faults',
    'Each entry of `faults` is `{every: k, fault: {kind: ..., ...}}` and happens to every k-th request, counted from 1; of several that fit, the first.',
    table(
      ['Kind', 'Its keys', 'What happens'],
      kinds.map(({ properties: keys, description }) => [
        code(keys.kind.const),
        Object.keys(keys)
          .filter((key) => key !== 'kind')
          .map(code)
          .join(', '),
        description,
      ]),
    ),
  )
}

const intro = `\`llem fake-server\` serves made-up tokens through the API of OpenAI (completions and chat, streamed or whole, \`/v1/models\`, \`/version\`, \`/health\`, and \`/metrics\` under vLLM's names). It runs no model: try a study, a client or a dashboard against it, or let it fail on demand. All streams share one step, as the members of a batch do, and do not slow each other.

\`\`\`text
llem fake-server --set port=8000 --set tokens_per_second=200 --set tokens_per_chunk=4
\`\`\`

It prints its address as a line of JSON and runs until Ctrl-C.`
