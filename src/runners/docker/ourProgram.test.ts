import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { AppError } from '../../core/errors.ts'
import { findOurProgram } from './ourProgram.ts'

const manifest = JSON.stringify({ dependencies: { zod: '4', '@scope/part': '1' } })

/** A folder with these files and links; a link's target is relative to it. */
function tree(
  t: TestContext,
  files: readonly string[],
  links: Record<string, string> = {},
): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'llem-program-')))
  t.after(() => rmSync(root, { recursive: true }))
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), file.endsWith('package.json') ? manifest : '')
  }
  for (const [link, target] of Object.entries(links)) {
    mkdirSync(dirname(join(root, link)), { recursive: true })
    symlinkSync(join(root, target), join(root, link))
  }
  return root
}

test('a checkout is mounted by its parts, with its packages wherever they are', async (t) => {
  const root = tree(
    t,
    [
      'node',
      'checkout/package.json',
      'checkout/dist/main.js',
      'shared/zod/a',
      'shared/@scope/part/a',
    ],
    { 'checkout/node_modules': 'shared' },
  )
  const places = { nodePath: join(root, 'node'), packageRoot: join(root, 'checkout') }
  const { mounts, placeOf } = await findOurProgram(places)
  assert.deepEqual(
    mounts.map(({ source, target }) => [source.slice(root.length), target]),
    [
      ['/node', '/llem/node'],
      ['/checkout/dist', '/llem/dist'],
      ['/checkout/package.json', '/llem/package.json'],
      ['/shared', '/llem/node_modules'],
    ],
  )
  assert.ok(mounts.every(({ isWritable }) => !isWritable))
  assert.equal(placeOf(join(root, 'node')), '/llem/node')
  assert.equal(placeOf(join(root, 'checkout/dist/main.js')), '/llem/dist/main.js')
  assert.equal(placeOf(join(root, 'checkout/results')), null)
})

test('an installed package is mounted with the folder of all packages', async (t) => {
  const ours = 'app/node_modules/.store/ours/node_modules/ours'
  const root = tree(
    t,
    ['node', `${ours}/package.json`, `${ours}/dist/main.js`, 'app/node_modules/.store/zod/a'],
    {
      'app/node_modules/ours': ours,
      'app/node_modules/.store/ours/node_modules/zod': 'app/node_modules/.store/zod',
      'app/node_modules/.store/ours/node_modules/@scope/part': 'app/node_modules/.store/zod',
    },
  )
  const packageRoot = join(root, 'app/node_modules/ours')
  const { mounts, placeOf } = await findOurProgram({ nodePath: join(root, 'node'), packageRoot })
  assert.deepEqual(
    mounts.map(({ target }) => target),
    ['/llem/node', '/llem/node_modules'],
  )
  assert.equal(
    placeOf(join(packageRoot, 'dist/main.js')),
    '/llem/node_modules/.store/ours/node_modules/ours/dist/main.js',
  )
})

test('packages that a mount does not reach are refused by name', async (t) => {
  const root = tree(
    t,
    ['node', 'app/node_modules/ours/package.json', 'app/node_modules/zod/a', 'store/part/a'],
    { 'app/node_modules/@scope/part': 'store/part' },
  )
  const packageRoot = join(root, 'app/node_modules/ours')
  await assert.rejects(
    findOurProgram({ nodePath: join(root, 'node'), packageRoot }),
    (thrown) =>
      thrown instanceof AppError &&
      thrown.code === 'DOCKER_RUNTIME_MOUNT' &&
      thrown.message.includes('@scope/part'),
  )
})
