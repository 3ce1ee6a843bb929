// Runs the unit tests of dist in this one process (a process per file costs more than the tests), then hands the rest to
// `node --test`, so that the last lines printed are one runner's count. Arguments are parts of file names to run.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'

const wanted = process.argv.slice(2)
const files = readdirSync('dist', { recursive: true })
  .map(String)
  // The compiler leaves what it wrote of a test that is gone.
  .filter((file) => file.endsWith('.test.js') && existsSync(`src/${file.slice(0, -3)}.ts`))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort()
const separate = files.filter((file) => file.endsWith('.e2e.test.js'))
const together = files.filter((file) => !separate.includes(file))

writeFileSync('dist/unit.mjs', together.map((file) => `import './${file}'\n`).join(''))
const run = spawnSync(
  process.execPath,
  [
    '--test',
    '--test-reporter=spec',
    ...(together.length > 0 ? ['dist/unit.mjs'] : []),
    ...separate.map((file) => `dist/${file}`),
  ],
  { stdio: 'inherit' },
)
process.exit(run.status ?? 1)
