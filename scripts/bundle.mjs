// Bundles the programs that start anew for every command and every experiment, over what the compiler wrote: loading some
// hundred small modules costs more than all else they do at start (docs/decisions/bundle.md). Each by itself: sharing code
// would cut it into dozens of files again. Libraries with native parts, and those that are loaded only when needed, stay
// outside.
import { rmSync } from 'node:fs'
import { build } from 'esbuild'

const programs = [
  'cli/main',
  'worker/main',
  'measure/sampler/samplerThread',
  'core/parentWatchThread',
]

/** What zod would say in forty languages: half of the code that would be loaded, and nobody asks for it. */
const withoutLocales = {
  name: 'without-locales',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export {}',
    }))
  },
}

rmSync('dist/chunks', { recursive: true, force: true })
for (const program of programs) {
  await build({
    entryPoints: { [program]: `src/${program}.ts` },
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    // Names stay, for stack traces.
    minifyWhitespace: true,
    minifySyntax: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['koffi', 'node-llama-cpp', '@huggingface/*'],
    plugins: [withoutLocales],
    // Some libraries are CommonJS and ask for Node's modules by require; made at the first call, as few files have one.
    banner: {
      js: "import { createRequire as llemRequire } from 'node:module'; const require = (id) => llemRequire(import.meta.url)(id);",
    },
    logLevel: 'warning',
  })
}
