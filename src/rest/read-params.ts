import { isUtf8 } from 'node:buffer'
import { defineError } from '../errors/oauth-error.ts'
import { InvalidRequest } from '../errors/standard.ts'
import { formParams, objectParams } from '../plugin/raw-params.ts'
import type { RawParams } from '../plugin/request.ts'

const UnsupportedMediaType = defineError({
  code: 'invalid_request',
  status: 415,
  spec: 'RFC 6749 §3.2, RFC 9110 §15.5.16',
  message: 'Send a form (application/x-www-form-urlencoded) in UTF-8, or a JSON object.',
})

/**
 * The body as it came. Its length was bounded before.
 *
 * @throws {InvalidRequest} when the caller left before its end
 */
export async function readBody(request: Request): Promise<Buffer<ArrayBuffer>> {
  try {
    return Buffer.from(await request.arrayBuffer())
  } catch (cause) {
    throw new InvalidRequest({ message: 'The body ended too early.', cause })
  }
}

/**
 * The same as a text. The bytes would be copied by way of an ArrayBuffer, which takes longer than all else that reads a
 * form; so the text is taken where its length shows that nothing in it was replaced or left out.
 *
 * @throws {InvalidRequest} when the caller left before its end, it is not UTF-8, or begins with a byte order mark
 */
export async function readBodyText(request: Request): Promise<string> {
  const announced = request.headers.get('content-length')
  if (announced === null) return readUtf8(await readBody(request))
  let text: string
  try {
    text = await request.text()
  } catch (cause) {
    throw new InvalidRequest({ message: 'The body ended too early.', cause })
  }
  if (text.includes(REPLACEMENT)) throw new InvalidRequest({ message: 'The body is not UTF-8.' })
  if (Buffer.byteLength(text) !== Number(announced)) {
    throw new InvalidRequest({ message: 'The body begins with a byte order mark.' })
  }
  return text
}

/** What a decoder puts in the place of bytes that are not UTF-8. */
const REPLACEMENT = '\uFFFD'

/**
 * Reads the parameters of a POST: a form, or as a tolerance a JSON object. The query is not looked at: what stands there
 * ends up in logs (RFC 6749 §2.3.1).
 *
 * @param mayRepeat whether a parameter may come more than once: one that is declared as a list
 * @throws {InvalidRequest} when the body cannot be read, or a form repeats another parameter (RFC 6749 §3.2)
 */
export function readParams(
  headers: Headers,
  body: Buffer | string,
  mayRepeat: (name: string, sent: RawParams) => boolean,
): RawParams {
  const type = bodyType(headers)
  const text = typeof body === 'string' ? body : readUtf8(body)
  if (type === 'json') return readObject(text)
  const form = readForm(text)
  const params = formParams(form)
  refuseRepeated(form, (name) => mayRepeat(name, params))
  return params
}

/**
 * Reads the form of a page, where a name may come more than once.
 *
 * @throws {InvalidRequest} when it is not a form, or cannot be read
 */
export function readPageForm(headers: Headers, body: Buffer): RawParams {
  if (bodyType(headers) !== 'form') throw new UnsupportedMediaType()
  return formParams(readForm(readUtf8(body)))
}

/** @throws {InvalidRequest} with status 415 when the body is neither a form nor JSON in UTF-8 */
function bodyType(headers: Headers): 'form' | 'json' {
  if (headers.get('content-encoding') !== null) throw new UnsupportedMediaType()
  const header = headers.get('content-type')
  if (header === null) throw new InvalidRequest({ message: 'The Content-Type header is missing.' })
  // What nearly everybody sends.
  if (header === 'application/x-www-form-urlencoded') return 'form'
  const [name = '', ...parameters] = header.toLowerCase().split(';')
  const isUtf8Text = parameters.every((parameter) => {
    const [key = '', value = ''] = parameter.split('=')
    return key.trim() !== 'charset' || /^\s*"?utf-?8"?\s*$/.test(value)
  })
  if (!isUtf8Text) throw new UnsupportedMediaType()
  if (name.trim() === 'application/x-www-form-urlencoded') return 'form'
  if (name.trim() === 'application/json') return 'json'
  throw new UnsupportedMediaType()
}

/** @throws {InvalidRequest} when the body is not UTF-8, or begins with a byte order mark, which is no part of a name */
function readUtf8(body: Buffer): string {
  if (!isUtf8(body)) throw new InvalidRequest({ message: 'The body is not UTF-8.' })
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) {
    throw new InvalidRequest({ message: 'The body begins with a byte order mark.' })
  }
  return body.toString()
}

/**
 * Reads a form or a query string. `URLSearchParams` takes whatever it is given; two texts must never become one
 * parameter, so what it would have to guess at is refused.
 *
 * @throws {InvalidRequest} when a percent-encoding is malformed or is not of UTF-8
 */
export function readForm(text: string): URLSearchParams {
  if (text.includes('%')) {
    try {
      decodeURIComponent(text)
    } catch (cause) {
      throw new InvalidRequest({ message: 'A percent-encoding is malformed.', cause })
    }
  }
  return new URLSearchParams(text)
}

function readObject(text: string): RawParams {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new InvalidRequest({ message: 'The body is not JSON.', cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidRequest({ message: 'The body must be a JSON object.' })
  }
  return objectParams(value as Record<string, unknown>)
}

/** @throws {InvalidRequest} naming the parameter, where its name is one that can be said in a sentence */
function refuseRepeated(form: URLSearchParams, mayRepeat: (name: string) => boolean): void {
  const seen = new Set<string>()
  for (const name of form.keys()) {
    if (!seen.has(name)) {
      seen.add(name)
      continue
    }
    if (mayRepeat(name)) continue
    const what = /^[A-Za-z0-9_.-]{1,64}$/.test(name) ? `The parameter ${name}` : 'A parameter'
    throw new InvalidRequest({ message: `${what} was sent more than once.` })
  }
}
