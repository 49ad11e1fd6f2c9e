import { type App, objectParams, type RawParams, type RequestContext } from 'grantql/plugin'
import { PERSONAL_ACCESS } from './auth-client.ts'
import { listClients } from './auth-clients.ts'
import { type IssuedToken, personalTokens, tokenResource } from './issued-tokens.ts'
import { json, renderFaults } from './json.ts'
import type { ProcessmakerTables } from './tables.ts'

type Context = RequestContext<ProcessmakerTables>

const LONGEST_NAME = 255

/** Makes a personal access token by the newest client that is there for it, and shows its text this once. */
export async function makePersonalToken(ctx: Context, sent: RawParams, userId: string): Promise<Response> {
  const [name = ''] = sent.all('name')
  if (typeof name !== 'string' || name === '') return renderFaults({ name: ['The Name field is required.'] })
  if (name.length > LONGEST_NAME) {
    return renderFaults({ name: [`The Name may not be greater than ${LONGEST_NAME} characters.`] })
  }
  const client = (await listClients(ctx)).findLast(({ app }) => app.grants.includes(PERSONAL_ACCESS))
  if (!client) return json({ message: 'Personal access client not found. Please create one.' }, 422)
  const scopes = [...sent.all('scopes').flat(), ...sent.all('scopes[]')]
  if (!areOf(client.app, scopes)) return renderFaults({ scopes: ['The selected scopes is invalid.'] })

  const { accessToken } = await ctx.operations.exchangeToken({
    grantType: PERSONAL_ACCESS,
    params: objectParams({ name, scope: scopes.join(' ') }),
    credentials: { clientId: client.app.clientId, clientSecret: client.secret },
    request: ctx.request,
  })
  const active = await ctx.tokens.find(accessToken)
  const token = (await personalTokens(ctx, userId)).find((each: IssuedToken) => each.token.id === active?.id)
  return json({ accessToken, token: token && tokenResource(token) })
}

function areOf({ scopes: own }: App, scopes: readonly unknown[]): scopes is readonly string[] {
  return scopes.every((scope) => typeof scope === 'string' && own.includes(scope))
}
