import type { Owned } from '../config/registry.ts'
import type { Core } from '../core.ts'
import { OAuthError } from '../errors/oauth-error.ts'
import { ServerError } from '../errors/standard.ts'
import { readCredentials } from '../operations/authenticate-app.ts'
import { exchangeToken } from '../operations/exchange-token.ts'
import { requestContext } from '../operations/plugin-context.ts'
import { withDeadline } from '../operations/with-deadline.ts'
import type { Dialect, SharedEndpoint } from '../plugin/contributions.ts'
import type { RawParams, RequestFacts } from '../plugin/request.ts'
import { readCredentials as presented } from './credentials.ts'
import { readLoosely } from './read-loosely.ts'

interface Sharer {
  readonly dialect: Owned<Dialect>
  readonly endpoint: SharedEndpoint
}

/** Answers a request in the wire format of the dialect that was chosen. */
type AnswerInDialect = (request: Request, body: Buffer<ArrayBuffer>) => Promise<Response>

/**
 * Makes the function that tells whose wire format a request at a shared path speaks: a known app's own dialect's; where
 * no app is known, that of the one dialect that recognises the request; else the standard's.
 *
 * @returns undefined where no dialect shares the path, so that the standard pays nothing for them
 */
export function createDialectChoice(core: Core, path: string) {
  const sharers = [...core.registry.dialects.values()].flatMap((dialect): Sharer[] => {
    const endpoint = dialect.shares?.[path]
    return endpoint ? [{ dialect, endpoint }] : []
  })
  if (sharers.length === 0) return undefined

  return async (facts: RequestFacts, body: Buffer<ArrayBuffer>): Promise<AnswerInDialect | undefined> => {
    const params = await readLoosely(facts, body)
    const app = await namedApp(core, facts, params)
    const claiming = app
      ? sharers.filter(({ dialect }) => dialect.id === app.dialect)
      : sharers.filter(({ dialect }) => dialect.recognises?.(facts, params))
    const [chosen] = claiming
    if (!chosen || claiming.length > 1) return undefined
    return (request, bytes) =>
      answerIn(
        core,
        chosen,
        facts,
        new Request(facts.url, { method: request.method, headers: facts.headers, body: bytes }),
      )
  }
}

async function namedApp(core: Core, { headers }: RequestFacts, params: RawParams) {
  try {
    const { clientId } = readCredentials(presented(headers, params))
    return (await core.apps.byClientId(clientId))?.app
  } catch (error) {
    if (error instanceof OAuthError && error.status < 500) return undefined
    throw error
  }
}

async function answerIn(
  core: Core,
  { dialect, endpoint }: Sharer,
  facts: RequestFacts,
  request: Request,
): Promise<Response> {
  const ctx = requestContext(core, dialect.pluginId, facts)
  try {
    const parsed = await withDeadline(endpoint.parse(ctx, request), `the dialect ${dialect.id}`)
    return endpoint.render(ctx, { tokens: await exchangeToken(core, { ...parsed, request: facts }) })
  } catch (error) {
    if (error instanceof OAuthError) return endpoint.render(ctx, { error })
    core.log.error({ err: error, requestId: facts.id, dialect: dialect.id }, 'a request failed')
    return endpoint.render(ctx, { error: new ServerError({ cause: error }) })
  }
}
