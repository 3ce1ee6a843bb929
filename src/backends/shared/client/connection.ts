/** One socket to the server. It carries one request at a time and reads into a buffer that all sockets share. */

import * as net from 'node:net'
import * as tls from 'node:tls'
import type { Clock } from '../../../core/clock.ts'
import type { ResponseHead } from './parseHead.ts'
import { ResponseParser } from './responseParser.ts'

/** What a request hears of its answer. After `onEnd` or `onBreak` it hears nothing more. */
export interface AnswerListener {
  /** The request is in the hands of the system. */
  onSent(): void
  /** Bytes have come; called before anything else is done with them. */
  onRead(): void
  onHead(head: ResponseHead): void
  /** Bytes of the body, good during the call only. */
  onBody(bytes: Buffer, start: number, end: number): void
  onEnd(): void
  /** The connection broke before the answer ended; null when it was just closed. */
  onBreak(error: Error | null): void
}

export interface ConnectionOptions {
  url: URL
  /** Where bytes are read to. Every read is done with before the next begins, so one will do for all. */
  buffer: Buffer
  clock: Clock
  /** It can take a request. */
  onFree(connection: Connection): void
  /** It is gone, or going; may be told twice. */
  onClosed(connection: Connection): void
}

export class Connection {
  readonly #options: ConnectionOptions
  readonly #socket: net.Socket
  readonly #parser = new ResponseParser()
  #listener: AnswerListener | null = null
  #isSending = false
  /** Since when it has had nothing to do. */
  #freeAtMs: number
  #error: Error | null = null

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.#freeAtMs = options.clock.nowMs()
    this.#socket = openSocket(options.url, {
      buffer: options.buffer,
      callback: (length) => {
        this.#onRead(length)
        return true
      },
    })
    this.#socket.setNoDelay(true)
    this.#socket.on('error', (error) => {
      this.#error ??= error
    })
    this.#socket.on('close', () => this.#onClose())
  }

  /** Resolves when it is open. */
  opened(timeoutMs: number): Promise<void> {
    const socket = this.#socket
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        socket.destroy(new Error(`no connection within ${timeoutMs} ms`))
      }, timeoutMs)
      const settle = (): void => {
        clearTimeout(timer)
        if (this.#error === null && !socket.destroyed) resolve()
        else reject(this.#error ?? new Error('the connection was closed'))
      }
      socket.once(socket instanceof tls.TLSSocket ? 'secureConnect' : 'connect', settle)
      socket.once('close', settle)
    })
  }

  /** Waits for a request, as far as is known here: what the server has just closed looks the same. */
  get isWaiting(): boolean {
    const { connecting, writable, readableEnded } = this.#socket
    return !connecting && writable && !readableEnded
  }

  /** How long it has waited for a request; 0 while it is being opened. */
  waitedMs(): number {
    return this.isWaiting ? this.#options.clock.nowMs() - this.#freeAtMs : 0
  }

  /** Sends a whole request, head and body. */
  send(message: Buffer, listener: AnswerListener): void {
    this.#listener = listener
    this.#isSending = true
    this.#parser.reset()
    this.#socket.write(message, () => {
      this.#isSending = false
      listener.onSent()
    })
  }

  destroy(): void {
    this.#listener = null
    this.#options.onClosed(this)
    this.#socket.destroy()
  }

  #onRead(length: number): void {
    const listener = this.#listener
    // Bytes that nobody asked for: the next answer could not be trusted.
    if (listener === null) {
      this.destroy()
      return
    }
    listener.onRead()
    try {
      const used = this.#parser.read(this.#options.buffer, length, listener)
      if (!this.#parser.isDone || this.#listener !== listener) return
      this.#listener = null
      this.#freeAtMs = this.#options.clock.nowMs()
      if (this.#parser.keepsAlive && used === length && !this.#isSending) this.#options.onFree(this)
      else this.destroy()
      listener.onEnd()
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause
      this.#error = cause
      this.#socket.destroy()
    }
  }

  #onClose(): void {
    const listener = this.#listener
    this.#listener = null
    this.#options.onClosed(this)
    if (listener === null) return
    this.#parser.close()
    if (this.#parser.isDone && this.#error === null) listener.onEnd()
    else listener.onBreak(this.#error)
  }
}

function openSocket(url: URL, onread: net.OnReadOpts): net.Socket {
  // A URL keeps the brackets of an IPv6 address; connect(2) wants it without.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const isSecure = url.protocol === 'https:'
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port)
  if (!isSecure) return net.connect({ host, port, onread })
  const servername = net.isIP(host) === 0 ? host : ''
  // Node documents `onread` for tls.connect; its types do not know it.
  const options = { host, port, servername, ALPNProtocols: ['http/1.1'], onread }
  return tls.connect(options)
}
