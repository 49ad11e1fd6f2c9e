import type { App } from '../apps/app.ts'
import type { Owned } from '../config/registry.ts'
import type { Core } from '../core.ts'
import { OAuthError } from '../errors/oauth-error.ts'
import { readCredentials } from '../operations/authenticate-app.ts'
import { inspectToken } from '../operations/inspect-token.ts'
import type { Dialect } from '../plugin/dialect.ts'
import { readLooseParams } from '../plugin/loose-params.ts'
import { objectParams } from '../plugin/raw-params.ts'
import type { RawParams, RequestFacts } from '../plugin/request.ts'
import { readCredentials as presented } from './credentials.ts'

/** Tells whose wire format a request speaks; undefined for the standard's. */
export type ChooseDialect = (facts: RequestFacts, body: Buffer<ArrayBuffer>) => Promise<Owned<Dialect> | undefined>

/**
 * Makes the function that tells which of the dialects that share a path a request speaks: that of the host, else a known
 * app's own; where no app is known, the one that recognises the request.
 *
 * @param sharers the dialects that share the path
 */
export function createDialectChoice(core: Core, sharers: readonly Owned<Dialect>[]): ChooseDialect {
  return async (facts, body) => {
    const host = facts.headers.get('host')
    const atHome = host === null ? undefined : sharers.find(({ hosts }) => hosts?.includes(host))
    if (atHome) return atHome
    // Whoever says so in a header is known without a look at the body.
    const authorization = facts.headers.get('authorization')
    const params = authorization === null ? await readLooseParams(facts, body) : NONE
    const app = await namedApp(core, facts, params)
    if (app) return sharers.find(({ id }) => id === app.dialect)
    const sent = params === NONE ? await readLooseParams(facts, body) : params
    const claiming = sharers.filter((dialect) => dialect.recognises?.(facts, sent))
    return claiming.length === 1 ? claiming[0] : undefined
  }
}

const NONE = objectParams({})

/** The access token of a header: under `Bearer`, or under the scheme of what binds tokens to a key. */
function tokenIn({ registry }: Core, authorization: string): string | undefined {
  const [, scheme = '', token] = /^([a-z]+) +(\S+) *$/i.exec(authorization) ?? []
  const schemes = ['bearer', ...registry.senderConstraints.map(({ tokenType }) => tokenType.toLowerCase())]
  return schemes.includes(scheme.toLowerCase()) ? token : undefined
}

async function namedApp(core: Core, { headers }: RequestFacts, params: RawParams): Promise<App | undefined> {
  const presentedToken = tokenIn(core, headers.get('authorization') ?? '')
  if (presentedToken !== undefined) {
    const token = await inspectToken(core, presentedToken)
    return token && (await core.apps.byId(token.appId))
  }
  try {
    const { clientId } = readCredentials(presented(headers, params))
    return (await core.apps.byClientId(clientId))?.app
  } catch (error) {
    if (error instanceof OAuthError && error.status < 500) return undefined
    throw error
  }
}
