import { type PresentedCredentials, type RawParams, type RequestContext, readLooseParams } from 'grantql/plugin'

/** Reads what clients send: a form, multipart or JSON. The query is left out: what stands there ends up in logs. */
export async function readParams({ request: facts }: RequestContext, request: Request): Promise<RawParams> {
  const { headers, url } = facts
  return readLooseParams({ headers, url: new URL(url.pathname, url) }, Buffer.from(await request.arrayBuffer()))
}

/** The first value that was sent under a name, if it is a text and not blank. */
export function textOf(params: RawParams, name: string): string | undefined {
  const [text] = params.all(name)
  return typeof text === 'string' && text.trim() !== '' ? text : undefined
}

/** The same parameters, with a value for one that was left out. */
export function withDefault(params: RawParams, name: string, value: string): RawParams {
  if (params.all(name).some((sent) => sent !== '')) return params
  return {
    names: () => [...new Set([...params.names(), name])],
    all: (other) => (other === name ? [value] : params.all(other)),
  }
}

/** How an app proves who it is: the header counts, and only without it the body. */
export function credentialsOf({ request: { headers } }: RequestContext, params: RawParams): PresentedCredentials {
  const basic = /^Basic +(\S+) *$/i.exec(headers.get('authorization') ?? '')?.[1]
  if (basic !== undefined) return { basic }
  return { clientId: textOf(params, 'client_id'), clientSecret: textOf(params, 'client_secret') }
}
