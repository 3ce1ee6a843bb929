// Completes package-lock.json with the optional packages of platforms that the registry at hand does not carry. npm leaves
// them out when it cannot look them up, and then `npm ci` refuses the lock file as out of step. Run after `npm install`.
import { readFileSync, writeFileSync } from 'node:fs'

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))

const systems = { mac: 'darwin', win: 'win32', darwin: 'darwin', win32: 'win32', linux: 'linux' }
const others = ['android', 'freebsd', 'openharmony']
const processors = ['arm64', 'x64', 'ia32', 'arm', 'riscv64', 's390x', 'ppc64']

for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const place = `node_modules/${name}`
    if (place in lock.packages || `${path}/${place}` in lock.packages) continue
    if (!/^\d/.test(version))
      throw new Error(`cannot tell which version of ${name} fits ${version}`)
    lock.packages[place] = {
      version,
      ...platformOf(name),
      ...(entry.dev ? { dev: true } : {}),
      license: entry.license,
      optional: true,
    }
  }
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => (a === b ? 0 : a < b ? -1 : 1)),
)
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`)

/** Such packages bear their platform in their name: `@biomejs/cli-linux-x64-musl`. */
function platformOf(name) {
  const words = name.split('/').at(-1).split('-')
  const os = words
    .map((word) => systems[word] ?? (others.includes(word) ? word : null))
    .find(Boolean)
  const cpu = words.find((word) => processors.includes(word))
  if (os === undefined || cpu === undefined) throw new Error(`${name} does not say its platform`)
  const libc = words.some((word) => word.startsWith('musl'))
    ? 'musl'
    : words.some((word) => word.startsWith('gnu'))
      ? 'glibc'
      : null
  return { cpu: [cpu], ...(libc === null ? {} : { libc: [libc] }), os: [os] }
}
