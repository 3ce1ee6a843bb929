/** One streamed answer of the fake engine: a member of its steps that writes events, or breaks as it was told to. */

import type { ServerResponse } from 'node:http'
import type { Clock } from '../../../core/clock.ts'
import type { Member } from './engine.ts'
import { type EventTexts, eventTexts } from './eventText.ts'
import type { FakeServerOptions, Fault } from './fakeServerOptions.ts'
import type { Order } from './readOrder.ts'

export interface AnswerOptions {
  id: string
  order: Order
  options: FakeServerOptions
  fault: Fault | null
  response: ServerResponse
  clock: Clock
  /** Told of every token written. */
  onTokens(count: number): void
  /** A connection that was full takes bytes again. */
  onDrain(): void
}

/** Between two rounds of comments and empty chunks. */
const chatterMs = 10
/** Unpaced, this many events are written before another stream has its turn. */
const eventsPerTurn = 32

export function answerStream(answer: AnswerOptions): Member {
  const { order, options, fault, response, clock } = answer
  const texts = eventTexts(answer.id, order, options)
  const write = openWriter(answer)
  const most = fault?.kind === 'endless' ? Number.POSITIVE_INFINITY : order.max_tokens
  let sent = 0
  let hasPaused = false

  const writeChunk = (): void => {
    const tokens = Math.min(options.tokens_per_chunk, most - sent)
    const isLast = sent + tokens >= most
    const sentAtMs = options.stamp ? clock.nowMs() : null
    write(
      texts.chunk({ tokensBefore: sent, tokens, finishReason: isLast ? 'length' : null, sentAtMs }),
    )
    sent += tokens
    answer.onTokens(tokens)
  }
  const finish = (): 'leaves' => {
    const usage = texts.usage(sent)
    if (usage !== null) write(usage)
    if (fault?.kind !== 'no-done') write(texts.done)
    if (fault?.kind !== 'linger') write.end()
    return 'leaves'
  }
  const chat = (): void => {
    write(': still here\n\n')
    write(texts.chunk({ tokensBefore: sent, tokens: 0, finishReason: null, sentAtMs: null }))
  }
  const writeSome = (): ReturnType<Member['step']> => {
    for (let i = 0; i < (options.unpaced ? eventsPerTurn : 1) && sent < most; i++) writeChunk()
    if (sent >= most) return finish()
    if (!options.unpaced || !response.writableNeedDrain) return 'stays'
    response.once('drain', answer.onDrain)
    return 'blocked'
  }
  const member: Member = {
    readyAtMs: clock.nowMs() + options.ttft_ms,
    step(nowMs) {
      if (!response.headersSent) write.start(texts.opening)
      const isDue = fault !== null && 'after_tokens' in fault && sent >= fault.after_tokens
      if (fault?.kind === 'empty') {
        write(texts.chunk({ tokensBefore: 0, tokens: 0, finishReason: 'stop', sentAtMs: null }))
        return finish()
      }
      if (!isDue || (fault.kind === 'pause' && hasPaused)) return writeSome()
      if (fault.kind !== 'pause' && fault.kind !== 'chatter') {
        return suffer(fault, { texts, write, response })
      }
      if (fault.kind === 'chatter') chat()
      hasPaused = true
      member.readyAtMs = nowMs + (fault.kind === 'pause' ? fault.pause_ms : chatterMs)
      return 'stays'
    },
  }
  if (fault?.kind === 'slow-headers') member.readyAtMs += fault.after_ms
  else write.start(texts.opening)
  return member
}

interface Scene {
  texts: EventTexts
  write: Writer
  response: ServerResponse
}

type LateFault = Exclude<Extract<Fault, { after_tokens: number }>, { kind: 'pause' | 'chatter' }>

/** What happens inside an answer; the connection is left as the fault has it. */
function suffer(fault: LateFault, { texts, write, response }: Scene): 'leaves' {
  switch (fault.kind) {
    case 'stall':
      return 'leaves'
    case 'reset':
      response.socket?.resetAndDestroy()
      return 'leaves'
    case 'hang-up':
      response.socket?.destroySoon()
      return 'leaves'
    case 'truncate':
      write.end()
      return 'leaves'
    case 'malformed':
      write('data: {"choices":[{"text":" to\n\n')
      return 'leaves'
    case 'bad-framing':
      response.write('this is no length\r\nand no chunk\r\n')
      return 'leaves'
    case 'oversized':
      write(`data: {"padding":"${'x'.repeat(fault.bytes)}"}\n\n`)
      return 'leaves'
    case 'error-event':
      write(texts.error)
      write(texts.done)
      write.end()
      return 'leaves'
  }
}

interface Writer {
  (event: string): void
  start(opening: string | null): void
  end(): void
}

/** Writes every event as an HTTP chunk of its own, as engines do, framed here: one write of a string instead of three. */
function openWriter({ response, fault }: AnswerOptions): Writer {
  const frame = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
  const write = (event: string): void => {
    if (fault?.kind !== 'ragged') response.write(frame(event))
    else for (const part of ragged(event)) response.write(frame(part))
  }
  return Object.assign(write, {
    start(opening: string | null): void {
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'transfer-encoding': 'chunked',
      })
      response.flushHeaders()
      response.chunkedEncoding = false
      if (opening !== null) write(opening)
    },
    end(): void {
      response.end('0\r\n\r\n')
    },
  })
}

/** The same event with other line ends and a comment, cut into pieces of uneven length. */
function ragged(event: string): string[] {
  const text = `: ${event.length}\r\n${event.replaceAll('\n', '\r\n')}`
  const parts: string[] = []
  for (let at = 0, length = 1; at < text.length; at += length, length = (length * 3) % 17 || 1) {
    parts.push(text.slice(at, at + length))
  }
  return parts
}
