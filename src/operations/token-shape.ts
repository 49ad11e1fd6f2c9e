import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import type { DialectToken, UnmintedToken } from '../plugin/dialect.ts'
import { foreignKey, type MintedSecret } from '../secrets/secret-format.ts'
import type { TokenFacts } from '../tokens/access-token-claims.ts'
import { pluginContext } from './plugin-context.ts'
import { withDeadline } from './with-deadline.ts'

/** How the tokens of an app look that its dialect shapes. */
export interface TokenShape {
  accessToken(token: TokenFacts): Promise<string>
  /** Undefined where the dialect leaves refresh tokens as they are. */
  refreshToken(token: TokenFacts): Promise<MintedSecret> | undefined
}

/** Undefined where the app has no dialect, or one that leaves access tokens as they are. */
export function tokenShape(core: Core, app: App): TokenShape | undefined {
  const dialect = dialectOf(core, app)
  const { accessTokens, refreshTokens } = dialect ?? {}
  if (!dialect || !accessTokens) return undefined
  const ctx = pluginContext(core, dialect.pluginId)
  const mint = async ({ mint: make }: Pick<typeof accessTokens, 'mint'>, token: TokenFacts) =>
    withDeadline(Promise.resolve(make(ctx, describe(token))), `the tokens of the dialect ${dialect.id}`)
  return {
    accessToken: (token) => mint(accessTokens, token),
    refreshToken: (token) =>
      refreshTokens && mint(refreshTokens, token).then((plain) => ({ plain, key: foreignKey(plain) })),
  }
}

/** Seconds that an access token lives, unless its grant gives less: what the dialect of the app says, else the policy. */
export function accessTokenSeconds(core: Core, token: UnmintedToken): number {
  const dialect = dialectOf(core, token.app)
  const said = dialect?.accessTokens?.ttlSeconds(pluginContext(core, dialect.pluginId), token)
  return said ?? core.policy.accessTokenTtlSeconds
}

function dialectOf({ registry }: Pick<Core, 'registry'>, { dialect }: App) {
  return dialect === undefined ? undefined : registry.dialects.get(dialect)
}

function describe(token: TokenFacts): DialectToken {
  const { app, grantType, userId, tokenId: id, familyId, subject, at: issuedAt, expiresAt, issuance } = token
  const { scopes, claims = {} } = issuance
  return { app, grantType, userId, scopes, id, familyId, subject, issuedAt, expiresAt, claims }
}
