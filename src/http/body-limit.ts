import { defineError, OAuthError } from '../errors/oauth-error.ts'

export const PayloadTooLarge = defineError({
  code: 'invalid_request',
  status: 413,
  spec: 'RFC 9110 §15.5.14',
  message: 'The body is too large.',
})

const BodyCutOff = defineError({ code: 'invalid_request', message: 'The body ended too early.' })

/**
 * Makes sure that whoever reads the body gets at most so many bytes. A length that was announced is trusted, because
 * Node's parser holds the sender to it; without one the body is read here, as far as it may go.
 *
 * @throws {PayloadTooLarge} when it is longer
 */
export function limitBody(request: Request, maxBytes: number): Request | Promise<Request> {
  const announced = request.headers.get('content-length')
  if (announced !== null && request.headers.get('transfer-encoding') === null) {
    if (Number(announced) > maxBytes) throw new PayloadTooLarge()
    return request
  }
  return request.body === null ? request : readLimited(request, request.body, maxBytes)
}

async function readLimited(request: Request, body: ReadableStream<Uint8Array>, maxBytes: number): Promise<Request> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of body) {
      size += chunk.byteLength
      if (size > maxBytes) throw new PayloadTooLarge()
      chunks.push(chunk)
    }
  } catch (cause) {
    throw cause instanceof OAuthError ? cause : new BodyCutOff({ cause })
  }
  const headers = new Headers(request.headers)
  headers.delete('transfer-encoding')
  return new Request(request.url, {
    method: request.method,
    headers,
    body: Buffer.concat(chunks),
    signal: request.signal,
  })
}
