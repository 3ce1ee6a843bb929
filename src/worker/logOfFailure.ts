/** What worker.log says of a failure: where a bug is, and what lies beneath an expected one. Pure. */

import { type AppError, messageOf } from '../core/errors.ts'

/** Lines that end with a newline; empty where the message of the failure says it all. No stack but that of a bug: it would hide the sentence. */
export function logOfFailure(error: AppError): string {
  const { cause = error } = error
  if (error.code === 'INTERNAL') return `${stackOf(cause)}\n`
  // What a person wrote wrong is in the message, in words of ours.
  if (error.exitCode === 2) return ''
  const beneath = messagesBelow(error).filter((message) => !error.message.includes(message))
  return beneath.map((message) => `because of: ${message}\n`).join('')
}

const stackOf = (thrown: unknown): string =>
  thrown instanceof Error && thrown.stack !== undefined ? thrown.stack : String(thrown)

function messagesBelow({ cause }: Error): string[] {
  if (cause === undefined) return []
  return [messageOf(cause), ...(cause instanceof Error ? messagesBelow(cause) : [])]
}
