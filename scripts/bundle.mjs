// Bundles the programs that start anew for every command and every experiment, over what the compiler wrote: loading some
// hundred small modules costs more than all else they do at start (docs/decisions/bundle.md). Modules used by several
// programs go to dist/chunks. Libraries with native parts, and those that are loaded only when needed, stay outside.
import { rmSync } from 'node:fs'
import { build } from 'esbuild'

rmSync('dist/chunks', { recursive: true, force: true })
await build({
  entryPoints: {
    'cli/main': 'src/cli/main.ts',
    'worker/main': 'src/worker/main.ts',
    'measure/sampler/samplerThread': 'src/measure/sampler/samplerThread.ts',
    'core/parentWatchThread': 'src/core/parentWatchThread.ts',
  },
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
  // Some libraries are CommonJS and ask for Node's modules by require.
  banner: {
    js: "import { createRequire as llemRequire } from 'node:module'; const require = llemRequire(import.meta.url);",
  },
  logLevel: 'warning',
})
