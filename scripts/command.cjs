#!/usr/bin/env node
// The `llem` command. The version is answered before anything else is loaded.
const { join } = require('node:path')
const { version } = require('../../package.json')

const [word, ...more] = process.argv.slice(2)
if (more.length === 0 && (word === '--version' || word === '-V')) {
  process.stdout.write(`${version}\n`)
} else {
  require(join(__dirname, 'start.cjs'))
}
