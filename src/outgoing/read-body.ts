import type { Dispatcher } from 'undici'
import { OutgoingError } from '../errors/outgoing-error.ts'

/**
 * Reads a body that is not longer than `maxBytes`, as it was sent: one that is compressed is refused, for a few bytes can
 * become very many.
 *
 * @throws {OutgoingError} `too-large` {OutgoingError} `encoded`
 */
export async function readBody({ body, headers }: Dispatcher.ResponseData, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let length = 0
  try {
    const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase()
    if (encoding !== 'identity') throw new OutgoingError('encoded', 'The answer is compressed.')
    if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
    for await (const part of body as AsyncIterable<Buffer>) {
      length += part.length
      if (length > maxBytes) throw tooLarge(maxBytes)
      parts.push(part)
    }
  } catch (error) {
    body.on('error', () => undefined).destroy()
    throw error
  }
  return Buffer.concat(parts)
}

const tooLarge = (maxBytes: number) => new OutgoingError('too-large', `The answer is longer than ${maxBytes} bytes.`)
