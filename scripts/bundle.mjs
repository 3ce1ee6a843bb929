// Bundles the programs that start anew for every command and every experiment, each into one file beside a launcher that keeps
// its compiled code (docs/decisions/bundle.md): loading some hundred small modules costs more than all else they do at start.
// Libraries with native parts, and those that are loaded only when needed, stay outside.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { build } from 'esbuild'

const programs = [
  'cli/start',
  'worker/main',
  'measure/sampler/samplerThread',
  'core/parentWatchThread',
]

/** What package.json calls `llem`. */
const command = 'dist/cli/main.cjs'

/** One folder below `dist`, as `core/programs.ts` expects of any code. */
const folder = 'bundles'

/** What zod would say in forty languages: half of the code that would be loaded, and nobody asks for it. */
const withoutLocales = {
  name: 'without-locales',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export {}',
    }))
  },
}

/** The descriptions of the options, which only the command shows: zod copies each schema to describe it, a third of their loading. */
const withoutDescriptions = {
  name: 'without-descriptions',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]classic[\\/]schemas\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      const contents = text.replace(/\bdescribe\(description\) \{/, '$& return this;')
      if (contents === text) throw new Error('zod describes its schemas elsewhere than in 4.6')
      return { contents }
    })
  },
}

rmSync(join('dist', folder), { recursive: true, force: true })
// Programs in another language stay as they are.
const python = 'backends/shared/pytorch/python'
cpSync(join('src', python), join('dist', python), {
  recursive: true,
  filter: (path) => !path.includes('__pycache__'),
})
const launcher = readFileSync(new URL('./launcher.cjs', import.meta.url), 'utf8')
await Promise.all(programs.map(bundle))
copyFileSync(new URL('./command.cjs', import.meta.url), command)
// As npm does with the commands of what it installs; in a checkout nobody else does.
chmodSync(command, 0o755)
keepCode()

async function bundle(program) {
  const outfile = posix.join('dist', folder, `${program.replaceAll('/', '-')}.cjs`)
  const { outputFiles } = await build({
    entryPoints: [`src/${program}.ts`],
    outfile,
    bundle: true,
    // Names stay, for stack traces.
    minifyWhitespace: true,
    minifySyntax: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    external: ['koffi', 'node-llama-cpp', '@huggingface/*'],
    plugins: program === 'cli/start' ? [withoutLocales] : [withoutLocales, withoutDescriptions],
    define: { 'import.meta.url': 'bundleUrl' },
    logLevel: 'warning',
    write: false,
  })
  const [{ text }] = outputFiles
  mkdirSync(dirname(outfile), { recursive: true })
  // A script has no modules to import into: the launcher does it for what stayed outside. No text of ours has these words.
  // One that is CommonJS is required, as Node starts its loader of modules for the first import of a program.
  const body = text
    .replaceAll(/\bimport\("koffi"\)/g, 'Promise.resolve({ default: require("koffi") })')
    .replaceAll(/\bimport\(/g, 'bundleImport(')
  // A function as it is read: adding to megabytes of text would copy them at each start.
  writeFileSync(outfile, `(function (require, bundleUrl, bundleImport) {${body}\n})`)
  // What the compiler made of it would start too, only slower.
  rmSync(join('dist', `${program}.js`), { force: true })
  const file = posix.join('dist', `${program}.cjs`)
  const relative = posix.relative(posix.dirname(file), outfile)
  writeFileSync(file, launcher.replace('BUNDLE', relative))
}

/** One run of everything, so that the first of a user is as quick as all others. One that fails leaves that to them. */
function keepCode() {
  const directory = mkdtempSync(join(tmpdir(), 'llem-build-'))
  const env = { ...process.env, LLEM_CONFIG_DIR: directory, LLEM_CACHE_DIR: directory }
  const words = ['run', '--backend', 'fake', '-n', '2', '--quiet', '--output', directory]
  const sets = ['baseline.enabled=false', 'warmup.enabled=false', 'fake.ttft_ms=1']
  const args = [command, ...words, ...sets.flatMap((set) => ['--set', set])]
  spawnSync(process.execPath, args, { stdio: 'ignore', env })
  rmSync(directory, { recursive: true })
}
