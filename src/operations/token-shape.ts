import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import type { DialectToken, UnmintedToken } from '../plugin/dialect.ts'
import { foreignKey, type MintedSecret } from '../secrets/secret-format.ts'
import type { TokenFacts } from '../tokens/access-token-claims.ts'
import { pluginContext } from './plugin-context.ts'
import { withDeadline } from './with-deadline.ts'

/** How the tokens of an app look and live that its dialect shapes. */
export interface TokenShape {
  ttlSeconds(token: Omit<TokenFacts, 'tokenId' | 'familyId' | 'subject' | 'at' | 'expiresAt'>): number
  accessToken(token: TokenFacts): Promise<string>
  /** Undefined where the dialect leaves refresh tokens as they are. */
  refreshToken(token: TokenFacts): Promise<MintedSecret> | undefined
}

/** Undefined where the app has no dialect, or one that leaves access tokens as they are. */
export function tokenShape(core: Core, app: App): TokenShape | undefined {
  const dialect = app.dialect === undefined ? undefined : core.registry.dialects.get(app.dialect)
  const { accessTokens, refreshTokens } = dialect ?? {}
  if (!dialect || !accessTokens) return undefined
  const ctx = pluginContext(core, dialect.pluginId)
  const mint = async ({ mint: make }: Pick<typeof accessTokens, 'mint'>, token: TokenFacts) =>
    withDeadline(Promise.resolve(make(ctx, describe(token))), `the tokens of the dialect ${dialect.id}`)
  return {
    ttlSeconds: (token) => accessTokens.ttlSeconds(ctx, describeUnminted(token)),
    accessToken: (token) => mint(accessTokens, token),
    refreshToken: (token) =>
      refreshTokens && mint(refreshTokens, token).then((plain) => ({ plain, key: foreignKey(plain) })),
  }
}

function describeUnminted({
  app,
  grantType,
  userId,
  issuance,
}: Pick<TokenFacts, 'app' | 'grantType' | 'userId' | 'issuance'>): UnmintedToken {
  return { app, grantType, userId, scopes: issuance.scopes }
}

function describe(token: TokenFacts): DialectToken {
  const { tokenId, familyId, subject, at, expiresAt, issuance } = token
  const claims = issuance.claims ?? {}
  return { ...describeUnminted(token), id: tokenId, familyId, subject, issuedAt: at, expiresAt, claims }
}
