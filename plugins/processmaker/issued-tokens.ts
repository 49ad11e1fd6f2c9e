import type { ActiveToken, App, RequestContext } from 'grantql/plugin'
import { DIALECT, isOfTheHouse, typesOf } from './auth-client.ts'
import { TOKEN_NAME } from './personal-access.ts'

type Context = Pick<RequestContext, 'apps' | 'tokens'>

/** A token with the app that it was given to. */
export interface IssuedToken {
  readonly token: ActiveToken
  readonly app: App
}

/** The active tokens of a user that apps of this dialect hold. */
async function issuedTokens(ctx: Context, userId: string): Promise<readonly IssuedToken[]> {
  const tokens = await ctx.tokens.ofUser(userId)
  const issued = await Promise.all(
    tokens.map(async (token): Promise<IssuedToken | undefined> => {
      const app = await ctx.apps.findById(token.appId)
      return app?.dialect === DIALECT ? { token, app } : undefined
    }),
  )
  return issued.filter((each) => each !== undefined)
}

/** Those that the user made for programs of their own. */
export async function personalTokens(ctx: Context, userId: string): Promise<readonly IssuedToken[]> {
  return (await issuedTokens(ctx, userId)).filter(({ token }) => typeof token.claims[TOKEN_NAME] === 'string')
}

/** Those that the user gave to apps of others. */
export async function authorizedTokens(ctx: Context, userId: string): Promise<readonly IssuedToken[]> {
  return (await issuedTokens(ctx, userId)).filter(({ app }) => !isOfTheHouse(typesOf(app)))
}

/** A token as it is printed. Its text was shown once and is not kept. */
export function tokenResource({ token, app }: IssuedToken) {
  const name = token.claims[TOKEN_NAME]
  return {
    id: token.id,
    user_id: token.subject,
    client_id: Number(app.clientId),
    name: typeof name === 'string' ? name : null,
    scopes: token.scopes,
    revoked: false,
    created_at: token.issuedAt.toISOString(),
    updated_at: token.issuedAt.toISOString(),
    expires_at: token.expiresAt.toISOString(),
    client: { id: Number(app.clientId), name: app.name },
  }
}
