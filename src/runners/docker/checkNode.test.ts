import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readNodeFacts, whyNotPortable } from './checkNode.ts'

const official = { platform: 'linux', glibcVersion: '2.36', sharedParts: [] }

test('an official build of Node runs wherever there is glibc', () => {
  assert.equal(whyNotPortable(official), null)
})

test('a build that is spread over libraries of its system stays there', () => {
  const facts = { ...official, sharedParts: ['node', 'libuv', 'openssl'] }
  assert.match(whyNotPortable(facts) ?? '', /node, libuv, openssl/)
})

test('Node of another system or C library does not run in an image', () => {
  assert.match(whyNotPortable({ ...official, platform: 'darwin' }) ?? '', /darwin/)
  assert.match(whyNotPortable({ ...official, glibcVersion: null }) ?? '', /glibc/)
})

test('the facts of this Node are those of its report', () => {
  assert.equal(readNodeFacts().platform, process.platform)
})
