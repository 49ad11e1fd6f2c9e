import { InvalidRequest, OAuthError, type RawParams, type RequestContext, readLooseParams } from 'grantql/plugin'

/** The parameters of the JSON routes; others are not looked at. */
const NAMES = [
  'grant_type',
  'scope',
  'code',
  'redirect_uri',
  'code_verifier',
  'refresh_token',
  'token',
  'token_type_hint',
  'client_id',
  'client_secret',
] as const

export type Sent = Readonly<Partial<Record<(typeof NAMES)[number], string>>>

/**
 * Reads a form. JSON that calls itself a form is one: older versions of axios send an object so, whatever header they are told.
 *
 * @throws {InvalidRequest} when it is of another type, or holds a parameter twice or as something else than a text
 */
export async function readForm(ctx: RequestContext, request: Request): Promise<Sent> {
  const [type] = (request.headers.get('content-type') ?? '').toLowerCase().split(';')
  const { headers, url } = ctx.request
  if (type?.trim() !== 'application/x-www-form-urlencoded') {
    throw new InvalidRequest({
      message: `only application/x-www-form-urlencoded content-type bodies are supported on POST ${url.pathname}`,
    })
  }
  // The query is not looked at: what stands there ends up in logs.
  const params = await readLooseParams({ headers, url: ctx.url(url.pathname) }, await readBody(request))
  const entries = NAMES.flatMap((name) => {
    const text = readOnce(params, name)
    return text === undefined ? [] : [[name, text]]
  })
  return Object.fromEntries(entries)
}

/** @throws {InvalidRequest} when the caller left before its end */
async function readBody(request: Request): Promise<Buffer<ArrayBuffer>> {
  try {
    return Buffer.from(await request.arrayBuffer())
  } catch (cause) {
    throw new InvalidRequest({ message: 'the body ended too early', cause })
  }
}

function readOnce(params: RawParams, name: string): string | undefined {
  const [value, ...more] = params.all(name)
  if (more.length > 0 || Array.isArray(value)) {
    throw new InvalidRequest({ message: `'${name}' parameter must not be provided twice` })
  }
  if (value === undefined || value === '') return undefined
  if (typeof value !== 'string') throw new InvalidRequest({ message: `'${name}' parameter must be a text` })
  return value
}

/** The same error, but that a parameter which is missing is named as the system does. */
export function namingMissing(error: unknown, sent: Sent): unknown {
  if (!(error instanceof OAuthError) || error.code !== 'invalid_request') return error
  const { about } = error
  if (about === undefined || sent[about as keyof Sent] !== undefined) return error
  return new InvalidRequest({ message: `missing required parameter '${about}'`, about })
}
