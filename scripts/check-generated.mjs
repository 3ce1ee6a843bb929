// Fails when a generated file is not what the code generates now. Run after `npm run gen`.
import { spawnSync } from 'node:child_process'

const generated = ['docs/reference', 'schema', ':(glob)src/**/*.gen.ts']
const git = (...args) => spawnSync('git', [...args, '--', ...generated], { encoding: 'utf8' })

const changed = git('diff', '--exit-code', '--stat')
const untracked = git('ls-files', '--others', '--exclude-standard')
if (changed.status !== 0 || untracked.stdout !== '') {
  process.stderr.write(
    `Generated files differ from the code. They are fresh now: read and commit them.\n${changed.stdout}${changed.stderr}${untracked.stdout}`,
  )
  process.exit(1)
}
