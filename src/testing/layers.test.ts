import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** What each folder of src may import, besides itself. The rules of biome.json must say the same. */
const allowed: Record<string, readonly string[]> = {
  core: [],
  stats: ['core'],
  config: ['core'],
  store: ['core', 'config'],
  backends: ['core', 'config'],
  energy: ['core', 'config'],
  runners: ['core', 'config'],
  workloads: ['core', 'config', 'stats'],
  measure: ['core', 'config', 'store', 'stats', 'workloads'],
  lab: ['core', 'store', 'stats', 'measure'],
  worker: ['core', 'config', 'store', 'stats', 'workloads', 'measure', 'backends', 'energy'],
  study: ['core', 'config', 'store', 'stats', 'runners', 'backends', 'energy'],
  report: ['core', 'config', 'store', 'stats'],
  cli: ['core', 'config', 'store', 'stats', 'study', 'report', 'runners', 'backends', 'energy'],
}
const layers = Object.keys(allowed)
/** Not shipped, so nearly free. */
const forbiddenToTools: Record<string, readonly string[]> = {
  testing: ['cli', 'bench'],
  bench: ['cli'],
}
const folders = [...layers, ...Object.keys(forbiddenToTools)]

test('every folder of src has a layer', () => {
  const found = readdirSync(join(root, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
  assert.deepEqual(
    found.filter((name) => !folders.includes(name)),
    [],
    'give the folder a rule in biome.json and a row in this test',
  )
})

test('an import against the layers is refused in every folder, and one along them is not', (t) => {
  const plants = folders.map((folder) => ({
    file: `src/${folder}/planted.ts`,
    imports: folders.filter((other) => other !== folder).map((other) => `../${other}/some.ts`),
  }))
  const expected = Object.fromEntries(
    folders.map((folder) => {
      const forbidden =
        forbiddenToTools[folder] ??
        folders.filter((other) => other !== folder && !allowed[folder]?.includes(other))
      return [`src/${folder}/planted.ts`, forbidden.map((other) => `../${other}/some.ts`)]
    }),
  )
  assert.deepEqual(refusedOf(t, plants), expected)
})

test('a layer sees the contract of plug-ins it may not import, and its own folder of that name', (t) => {
  const contracts = ['../backends/backend.ts', '../energy/energySource.ts', '../energy/shared/x.ts']
  const refused = refusedOf(t, [
    {
      file: 'src/measure/planted.ts',
      imports: [...contracts, './energy/part.ts', '../energy/rapl.ts'],
    },
    { file: 'src/workloads/planted.ts', imports: [...contracts, '../backends/fake.ts'] },
  ])
  assert.deepEqual(refused, {
    'src/measure/planted.ts': ['../energy/rapl.ts'],
    'src/workloads/planted.ts': [...contracts.slice(1), '../backends/fake.ts'],
  })
})

test('measure sees its own energy folder, and plug-ins only through their registry', (t) => {
  const refused = refusedOf(t, [
    {
      file: 'src/measure/planted.ts',
      imports: ['./energy/part.ts', '../energy/part.ts', '../energy/registry.gen.ts'],
    },
    {
      file: 'src/measure/sampler/planted.ts',
      imports: ['../../energy/part.ts', '../../energy/registry.gen.ts'],
    },
  ])
  assert.deepEqual(refused, {
    'src/measure/planted.ts': ['../energy/part.ts'],
    'src/measure/sampler/planted.ts': ['../../energy/part.ts'],
  })
})

test('a plug-in imports no other plug-in, nor does what they share', (t) => {
  const plugins = { backends: 'backend', energy: 'energySource', runners: 'runner' }
  const refused = refusedOf(
    t,
    Object.entries(plugins).flatMap(([folder, contract]) => [
      {
        file: `src/${folder}/planted.ts`,
        imports: ['./other.ts', `./${contract}.ts`, './shared/part.ts', '../core/units.ts'],
      },
      {
        file: `src/${folder}/shared/planted.ts`,
        imports: ['../other.ts', `../${contract}.ts`, './part.ts', '../../core/units.ts'],
      },
    ]),
  )
  assert.deepEqual(
    refused,
    Object.fromEntries(
      Object.keys(plugins).flatMap((folder) => [
        [`src/${folder}/planted.ts`, ['./other.ts']],
        [`src/${folder}/shared/planted.ts`, ['../other.ts']],
      ]),
    ),
  )
})

test('only core/process.ts starts programs', (t) => {
  const starters = ['execa', 'node:child_process', 'child_process']
  const plants = [
    ...layers.map((folder) => ({ file: `src/${folder}/planted.ts`, imports: starters })),
    { file: 'src/core/process.ts', imports: starters },
  ]
  assert.deepEqual(refusedOf(t, plants), {
    ...Object.fromEntries(layers.map((folder) => [`src/${folder}/planted.ts`, starters])),
    'src/core/process.ts': [],
  })
})

const reportSchema = z.object({
  diagnostics: z.array(
    z.object({
      category: z.string(),
      location: z.object({ path: z.string(), start: z.object({ line: z.int() }) }),
    }),
  ),
})

/** Plants files in a copy of the project's rules and says which of their imports the linter refuses. */
function refusedOf(
  t: TestContext,
  plants: readonly { file: string; imports: readonly string[] }[],
) {
  const folder = mkdtempSync(join(tmpdir(), 'llem-layers-'))
  t.after(() => rmSync(folder, { recursive: true }))
  copyFileSync(join(root, 'biome.json'), join(folder, 'biome.json'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const { file, imports } of plants) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), imports.map((path) => `import '${path}'\n`).join(''))
  }
  const { stdout } = spawnSync(
    join(root, 'node_modules/.bin/biome'),
    [
      'lint',
      '--only=style/noRestrictedImports',
      '--reporter=json',
      '--max-diagnostics=none',
      'src',
    ],
    { cwd: folder, encoding: 'utf8', timeout: 60_000 },
  )
  const { diagnostics } = reportSchema.parse(JSON.parse(stdout))
  return Object.fromEntries(
    plants.map(({ file, imports }) => {
      const lines = diagnostics
        .filter(({ location }) => location.path === file)
        .map(({ location }) => location.start.line)
        .sort((a, b) => a - b)
      return [file, lines.map((line) => imports[line - 1])]
    }),
  )
}
