// Starts the program that was bundled for the file this is copied to, with the code that V8 made of it before (docs/decisions/bundle.md).
// That code fits one build of Node and its flags; anything else compiles anew, and leaves what it made where it may write.
// CommonJS: Node starts its loader of modules only for those, which costs 7 ms in each program and thread.
const { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')
const { Script } = require('node:vm')

const path = join(__dirname, 'BUNDLE')
const codePath = `${path}.code`

const script = new Script(readFileSync(path, 'latin1'), { filename: path, cachedData: readCode() })
if (script.cachedDataRejected !== false) process.once('exit', keepCode)
// Libraries with native parts and study files stay outside the bundle.
script.runInThisContext()(createRequire(path), pathToFileURL(path).href, (name) => import(name))

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
