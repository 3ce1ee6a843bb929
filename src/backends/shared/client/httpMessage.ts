/** A whole HTTP/1.1 request as bytes, so that sending it is one write. */

export interface MessageOptions {
  url: URL
  /** Sent as a bearer token; null for none. Printable ASCII: the backend that read it has made sure. */
  apiKey: string | null
}

/** Puts the head that all requests of a client share before a body. */
export function httpMessage({ url, apiKey }: MessageOptions): (body: Buffer) => Buffer {
  const fields = {
    host: url.host,
    'user-agent': 'llenergymeasure',
    accept: 'text/event-stream',
    'content-type': 'application/json',
    ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
  }
  const head = [
    `POST ${url.pathname}${url.search} HTTP/1.1`,
    ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`),
  ].join('\r\n')
  return (body) =>
    Buffer.concat([
      Buffer.from(`${head}\r\ncontent-length: ${body.length}\r\n\r\n`, 'latin1'),
      body,
    ])
}
