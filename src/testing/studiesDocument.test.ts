import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parseStudy } from '../config/parseStudy.ts'
import { AppError } from '../core/errors.ts'
import { loadSections } from '../study/loadSections.ts'

const text = readFileSync('docs/studies.md', 'utf8')
const blocks = [...text.matchAll(/^```(yaml|text)\n([\s\S]*?)^```/gm)].map(
  ([, kind, body = '']) => ({ kind, body }),
)

const parse = async (written: string) =>
  parseStudy({ written, file: 'study.yaml', overrides: [], sections: await loadSections() })

for (const { body } of blocks) {
  const [head = '', count, invalid = '0'] =
    /^# (\d+) experiments?(?:, (\d+) cannot run)?\n/.exec(body) ?? []
  if (count === undefined) continue
  test(`the study in the document makes what its head says: ${body.split('\n')[2]} ...`, async () => {
    const parsed = await parse(body)
    assert.ok(parsed.ok, `${head}${JSON.stringify(parsed)}`)
    const candidates = [...parsed.value.candidates()]
    assert.equal(candidates.length, Number(count))
    assert.equal(candidates.filter((one) => !one.parsed.ok).length, Number(invalid))
  })
}

test('the study that is refused in the document is refused in these words', async () => {
  const at = blocks.findIndex(({ body }) => body.startsWith('# refused\n'))
  const parsed = await parse(blocks[at]?.body ?? '')
  assert.ok(!parsed.ok)
  const { message } = new AppError('CONFIG_INVALID', {
    file: 'study.yaml',
    problems: parsed.problems,
  })
  assert.equal(`${message}\n`, blocks[at + 1]?.body)
})
