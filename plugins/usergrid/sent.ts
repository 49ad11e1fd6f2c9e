import {
  formParams,
  InvalidInput,
  InvalidRequest,
  type PresentedCredentials,
  type RawParams,
  type RequestContext,
  readLooseParams,
} from 'grantql/plugin'
import { settings } from './settings.ts'

/**
 * What a program sent: by POST a form or JSON, whatever it calls itself; the query only where credentials in URLs are let
 * through.
 *
 * @throws {InvalidInput} where it would send JSON and sends none, or sends everything in the URL
 */
export async function readSent(ctx: RequestContext, request: Request): Promise<RawParams> {
  const { url, headers, method } = ctx.request
  const isInUrl = ctx.setting(settings.credentialsInUrl)
  if (method === 'GET') {
    if (!isInUrl) throw new InvalidInput({ message: 'credentials in a URL are not accepted, use POST', field: [] })
    return formParams(url.searchParams)
  }
  const body = await readBody(request)
  const isJson = (headers.get('content-type') ?? '').startsWith('application/json')
  if (isJson && ['', 'null'].includes(body.toString().trim())) {
    throw new InvalidInput({ message: 'missing json post data', field: [] })
  }
  return readLooseParams({ headers, url: isInUrl ? url : new URL(url.pathname, url) }, body)
}

/** @throws {InvalidRequest} where the caller left before its end */
export async function readBody(request: Request): Promise<Buffer<ArrayBuffer>> {
  try {
    return Buffer.from(await request.arrayBuffer())
  } catch (cause) {
    throw new InvalidRequest({ message: 'The body ended too early.', cause })
  }
}

/** A parameter; undefined where it is empty. @throws {InvalidRequest} where it came twice, or is no text */
export function textOf(params: RawParams, name: string): string | undefined {
  const [value, ...more] = params.all(name)
  if (more.length > 0 || (value !== undefined && typeof value !== 'string')) throw new InvalidRequest({ about: name })
  return value || undefined
}

/** How an app shows who it is: by Basic, or in what it sent. */
export function credentialsOf(ctx: RequestContext, params: RawParams): PresentedCredentials {
  const basic = /^Basic +(\S+) *$/i.exec(ctx.request.headers.get('authorization') ?? '')?.[1]
  return { basic, clientId: textOf(params, 'client_id'), clientSecret: textOf(params, 'client_secret') }
}

/** The app that is named. */
export function namedIn({ basic, clientId }: PresentedCredentials): string | undefined {
  return basic === undefined ? clientId : Buffer.from(basic, 'base64').toString().split(':')[0]
}

const WHOLE_NUMBER = /^\d{1,15}$/

/** How long the token shall live in milliseconds; undefined for the longest. @throws {InvalidInput} */
export function ttlMillisecondsOf(params: RawParams): number | undefined {
  const [value, ...more] = params.all('ttl')
  if (value === undefined || value === '') return undefined
  if (more.length > 0 || !WHOLE_NUMBER.test(String(value))) {
    throw new InvalidInput({ message: 'ttl must be a number >= 0', field: ['ttl'] })
  }
  return Number(value) || undefined
}
