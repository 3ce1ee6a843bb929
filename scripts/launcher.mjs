// Starts the program that was bundled for the file this is copied to, with the code that V8 made of it before (docs/decisions/bundle.md).
// That code fits one build of Node and its flags; anything else compiles anew, and leaves what it made where it may write.

import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'

const url = new URL('BUNDLE', import.meta.url)
const path = fileURLToPath(url)
const codePath = `${path}.code`

const script = new Script(readFileSync(path, 'latin1'), { filename: path, cachedData: readCode() })
if (script.cachedDataRejected !== false) process.once('exit', keepCode)
// Libraries with native parts and study files stay outside the bundle.
script.runInThisContext()(createRequire(url), url.href, (specifier) => import(specifier))

function readCode() {
  try {
    return readFileSync(codePath)
  } catch {
    return undefined
  }
}

/** At the end, when the code holds every function that was needed. Best effort: without it the next start is only slower. */
function keepCode() {
  const temporary = `${codePath}.${process.pid}.tmp`
  try {
    closeSync(openSync(temporary, 'wx'))
    writeFileSync(temporary, script.createCachedData())
    renameSync(temporary, codePath)
  } catch {
    rmSync(temporary, { force: true })
  }
}
