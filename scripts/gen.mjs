// Writes everything that is generated from the code: the schema for editors and docs/reference. Run after a build
// (`npm run gen` does both); the plug-in registries are written before it by gen-registries.mjs.
import { mkdirSync, writeFileSync } from 'node:fs'
import { loadBackends } from '../dist/backends/registry.gen.js'
import { loadEnergySources } from '../dist/energy/registry.gen.js'
import { loadRunners } from '../dist/runners/registry.gen.js'
import { renderErrors, renderWarnings } from './reference/catalogues.mjs'
import { renderCli } from './reference/cli.mjs'
import { renderFakeServer } from './reference/fakeServer.mjs'
import { renderResult } from './reference/result.mjs'
import { renderEditorSchema, renderStudyFile } from './reference/studyFile.mjs'

const plugins = {
  backends: await loadBackends(),
  sources: await loadEnergySources(),
  runners: await loadRunners(),
}

/** A word that only a program says of what it could not find is a fault of the generator or of a text. */
function write(path, text) {
  const [line] = /^.*(\bundefined\b|\bNaN\b|\[object ).*$/m.exec(text) ?? []
  if (line !== undefined) throw new Error(`${path} would say: ${line}`)
  writeFileSync(path, text)
}

mkdirSync('docs/reference', { recursive: true })
mkdirSync('schema', { recursive: true })
write('schema/study.schema.json', renderEditorSchema(plugins))
write('docs/reference/study-file.md', renderStudyFile(plugins))
write('docs/reference/errors.md', renderErrors())
write('docs/reference/warnings.md', renderWarnings())
write('docs/reference/result.md', renderResult())
write('docs/reference/cli.md', renderCli())
write('docs/reference/fake-server.md', renderFakeServer())
