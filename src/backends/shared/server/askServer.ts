/** Questions to an engine on the side, outside the window: its state, its configuration, its tokenizer. */

/** A server that does not answer a question on the side within this long is not asked further. */
const timeoutMs = 10_000

export interface Question {
  /** Sent as JSON by POST; absent: GET. */
  body?: unknown
  signal: AbortSignal
  /** In milliseconds; absent: ten seconds. */
  timeoutMs?: number
}

/** The JSON document at an address; null for any other answer, and for none. */
export async function askServer(url: string, question: Question): Promise<unknown> {
  try {
    const text = await askText(url, question)
    return text === null ? null : JSON.parse(text)
  } catch {
    question.signal.throwIfAborted()
    // An answer that is not JSON tells us nothing.
    return null
  }
}

/** The text at an address; null for an answer other than 200, and for none. */
export async function askText(url: string, question: Question): Promise<string | null> {
  const { body, signal } = question
  const limit = AbortSignal.timeout(question.timeoutMs ?? timeoutMs)
  try {
    const response = await fetch(url, {
      ...(body === undefined
        ? {}
        : {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
          }),
      signal: AbortSignal.any([signal, limit]),
    })
    const text = await response.text()
    return response.ok ? text : null
  } catch {
    signal.throwIfAborted()
    // Not there yet, gone, or without this route: whoever needs the answer says so.
    return null
  }
}
