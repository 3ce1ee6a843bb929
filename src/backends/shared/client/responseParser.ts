/**
 * Takes HTTP/1.1 answers apart (RFC 9112) without copying their bodies. Node's own client makes a buffer, a stream event and
 * some callbacks of every chunk, which is most of the CPU that a streamed token costs; this makes none.
 */

import { holdBytes } from './holdBytes.ts'
import { parseHead, type ResponseHead } from './parseHead.ts'

export interface ResponseListener {
  onHead(head: ResponseHead): void
  /** Bytes of the body, good during the call only. */
  onBody(bytes: Buffer, start: number, end: number): void
}

type State = 'head' | 'length' | 'until close' | 'size' | 'chunk' | 'chunk end' | 'trailer' | 'done'

const cr = 13
const lf = 10
const semicolon = 0x3b
const headEnd = Buffer.from('\r\n\r\n')
/** As Node allows for all headers together: 16 KiB. */
const longestHeadBytes = 16 * 1024
/** More hexadecimal digits than any chunk needs: 2^52 bytes. */
const mostSizeDigits = 13

export class ResponseParser {
  #state: State = 'head'
  #head = holdBytes(longestHeadBytes)
  /** Bytes that are still to come of the body or of the chunk. */
  #restBytes = 0
  #sizeDigits = 0
  #isSizeRead = false
  #lineBytes = 0
  #keepsAlive = false

  /** True when a whole answer has been read. */
  get isDone(): boolean {
    return this.#state === 'done'
  }

  /** True when the connection can carry another request after this answer. */
  get keepsAlive(): boolean {
    return this.#keepsAlive && this.isDone
  }

  /** Gets ready for the next answer on the same connection. */
  reset(): void {
    this.#state = 'head'
    this.#head.take()
  }

  /** Reads bytes up to the end of the answer; the place behind the last byte used. Throws `SyntaxError` at what is not HTTP. */
  read(bytes: Buffer, length: number, listener: ResponseListener): number {
    let at = 0
    while (at < length) {
      switch (this.#state) {
        case 'done':
          return at
        case 'head':
          at = this.#readHead(bytes, at, length, listener)
          break
        case 'size':
          at = this.#readSize(bytes, at, length)
          break
        case 'chunk end':
        case 'trailer':
          at = this.#readLine(bytes, at)
          break
        case 'length':
        case 'chunk':
        case 'until close':
          at = this.#readBody(bytes, at, length, listener)
          break
      }
    }
    return at
  }

  /** The connection has closed: the end of an answer that is as long as it lasts. */
  close(): void {
    if (this.#state === 'until close') this.#state = 'done'
  }

  #readHead(bytes: Buffer, at: number, length: number, listener: ResponseListener): number {
    const before = this.#head.length()
    // What follows the head in these bytes may be longer than a head can be.
    const most = Math.min(length, at + longestHeadBytes - before)
    this.#head.add(bytes, at, most)
    const held = this.#head.peek()
    const end = held.indexOf(headEnd, Math.max(0, before - headEnd.length))
    if (end < 0 && most < length) throw new SyntaxError(`a head of over ${longestHeadBytes} bytes`)
    if (end < 0) return length
    this.#head.take()
    const head = parseHead(held.toString('latin1', 0, end))
    // Interim answers (100, 103) come before the one that counts.
    if (head.status >= 200) {
      this.#begin(head)
      listener.onHead(head)
    }
    return at + end + headEnd.length - before
  }

  /** How long the body is: RFC 9112, section 6.3. */
  #begin({ status, headers, version }: ResponseHead): void {
    const connection = headers.get('connection')?.toLowerCase() ?? ''
    this.#keepsAlive = version === '1.1' ? connection !== 'close' : connection === 'keep-alive'
    const coding = headers.get('transfer-encoding')?.toLowerCase()
    const stated = headers.get('content-length')
    if (status === 204 || status === 304) {
      this.#state = 'done'
    } else if (coding !== undefined) {
      if (coding !== 'chunked') throw new SyntaxError(`transfer-encoding ${coding}`)
      this.#beginChunk()
    } else if (stated !== undefined) {
      if (!/^\d{1,15}$/.test(stated)) throw new SyntaxError(`content-length ${stated}`)
      this.#restBytes = Number(stated)
      this.#state = this.#restBytes === 0 ? 'done' : 'length'
    } else {
      this.#keepsAlive = false
      this.#state = 'until close'
    }
  }

  #beginChunk(): void {
    this.#state = 'size'
    this.#restBytes = 0
    this.#sizeDigits = 0
    this.#isSizeRead = false
  }

  /** `1a3`, an extension that nobody reads, CR, LF. */
  #readSize(bytes: Buffer, start: number, length: number): number {
    for (let at = start; at < length; at++) {
      const byte = bytes[at] ?? 0
      if (byte === lf) {
        if (this.#sizeDigits === 0) throw new SyntaxError('a chunk without a size')
        this.#lineBytes = 0
        this.#state = this.#restBytes === 0 ? 'trailer' : 'chunk'
        return at + 1
      }
      if (byte === cr || byte === semicolon) this.#isSizeRead = true
      if (this.#isSizeRead) continue
      const digit = hexDigit(byte)
      if (digit < 0 || ++this.#sizeDigits > mostSizeDigits) {
        throw new SyntaxError('the size of a chunk is no hexadecimal number')
      }
      this.#restBytes = this.#restBytes * 16 + digit
    }
    return length
  }

  #readBody(bytes: Buffer, at: number, length: number, listener: ResponseListener): number {
    const end = this.#state === 'until close' ? length : Math.min(length, at + this.#restBytes)
    this.#restBytes -= end - at
    if (this.#restBytes === 0 && this.#state !== 'until close') {
      this.#state = this.#state === 'chunk' ? 'chunk end' : 'done'
      this.#lineBytes = 0
    }
    listener.onBody(bytes, at, end)
    return end
  }

  /** One byte of the line end behind a chunk, or of the trailer, which ends with an empty line. */
  #readLine(bytes: Buffer, at: number): number {
    const byte = bytes[at]
    if (byte === lf) {
      const isEmpty = this.#lineBytes === 0
      this.#lineBytes = 0
      if (this.#state === 'chunk end') this.#beginChunk()
      else if (isEmpty) this.#state = 'done'
    } else if (byte !== cr) {
      if (this.#state === 'chunk end') throw new SyntaxError('a chunk is longer than its size')
      this.#lineBytes++
    }
    return at + 1
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
