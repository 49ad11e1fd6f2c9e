import type { Core } from '../core.ts'
import type { ActiveToken } from '../plugin/context.ts'
import { foreignKey, parseSecret, secretKind } from '../secrets/secret-format.ts'
import { fromJson, instant } from '../storage/rows.ts'
import type { AccessTokenRow } from '../tokens/token-rows.ts'

interface Found extends Omit<ActiveToken, 'appId' | 'dialect' | 'clientId' | 'username' | 'tokenType'> {
  readonly app: { readonly id: string } | { readonly clientId: string }
  /** Revoked, or its family is over. */
  readonly isOver: boolean
  /** A refresh token that was used up by its exchange. */
  readonly isExchanged?: boolean
}

/**
 * Finds a token that is active right now: signed or stored by us, not expired, not revoked, its family, its app and its
 * user alive. Every node answers alike at once, for nothing about a token is remembered.
 *
 * @returns undefined for everything else, without saying why
 * @see RFC 7662 §2.2
 */
export async function inspectToken(core: Core, token: string): Promise<ActiveToken | undefined> {
  const found = await findToken(core, token)
  return found && !found.isExchanged ? describeLiving(core, found) : undefined
}

/**
 * Finds what a token that somebody wants revoked stands for: one that is active, or a refresh token that was exchanged
 * already while its family lives. Whoever holds the old one asks for the end of all that came of it.
 *
 * @see RFC 7009 §2.1
 */
export async function findToRevoke(core: Core, token: string): Promise<ActiveToken | undefined> {
  const found = await findToken(core, token)
  return found && describeLiving(core, found)
}

/** The active access tokens on record that a user gave, in the order in which they were issued. */
export async function activeTokensOf(core: Core, userId: string): Promise<readonly ActiveToken[]> {
  const families = await core.tokenRows.livingFamilies(userId, core.now())
  const rows = await core.tokenRows.accessTokensOf(
    families.map(({ id }) => id),
    core.now(),
  )
  const living = await Promise.all(rows.map((row) => describeLiving(core, foundOnRecord(core, row))))
  return living.filter((token) => token !== undefined)
}

/** Why {@link inspectToken} finds nothing. One whose row is gone, long after its end, is unknown again. */
export async function whyInactive(core: Core, token: string): Promise<'unknown' | 'expired' | 'revoked'> {
  const found = await findToken(core, token)
  if (!found) return 'unknown'
  return found.expiresAt <= core.now() ? 'expired' : 'revoked'
}

/** Undefined for what has expired or was revoked, or whose family, app or user is no longer there. */
async function describeLiving(core: Core, found: Found): Promise<ActiveToken | undefined> {
  if (found.isOver || found.expiresAt <= core.now()) return undefined
  const [app, user] = await Promise.all([
    'id' in found.app
      ? core.apps.byId(found.app.id)
      : core.apps.byClientId(found.app.clientId).then((known) => known?.app),
    found.userId === undefined ? undefined : core.users.byId(found.userId),
  ])
  if (!app || app.disabledAt) return undefined
  if (found.userId !== undefined && (!user || user.disabledAt)) return undefined
  return {
    kind: found.kind,
    id: found.id,
    tokenType: found.kind === 'access' ? tokenTypeOf(core, found.claims.cnf) : undefined,
    appId: app.id,
    clientId: app.clientId,
    dialect: app.dialect,
    userId: found.userId,
    subject: found.subject,
    // Whoever knows the user by a name of its own must not be told another one.
    username: found.subject === found.userId ? user?.username : undefined,
    familyId: found.familyId,
    scopes: found.scopes,
    audience: found.audience,
    claims: found.claims,
    issuedAt: found.issuedAt,
    expiresAt: found.expiresAt,
  }
}

/** One that is gone is over. */
function isFamilyOver(core: Pick<Core, 'now'>, revokedAt: number | null, expiresAt: number | null): boolean {
  return revokedAt !== null || expiresAt === null || expiresAt <= core.now().getTime()
}

async function findToken(core: Core, token: string): Promise<Found | undefined> {
  switch (secretKind(token)) {
    case 'accessToken':
      return findOpaque(core, parseSecret('accessToken', token)?.key)
    case 'refreshToken':
      return findRefreshToken(core, parseSecret('refreshToken', token)?.key)
    case undefined:
      return (await findJwt(core, token)) ?? findForeign(core, token)
    default:
      return undefined
  }
}

async function findJwt(core: Core, token: string): Promise<Found | undefined> {
  const claims = core.keys.verify(token, { type: 'at+jwt' })?.claims
  if (!claims || claims.iss !== core.issuer) return undefined
  const { jti, sub, client_id: clientId, exp, iat, scope, aud, fid } = claims
  if (typeof jti !== 'string' || typeof sub !== 'string') return undefined
  if (typeof clientId !== 'string' || typeof exp !== 'number') return undefined
  const familyId = typeof fid === 'string' ? fid : undefined
  const [isRevoked, family] = await Promise.all([
    core.tokenRows.isRevoked(jti),
    familyId === undefined ? undefined : core.tokenRows.family(familyId),
  ])
  return {
    kind: 'access',
    id: jti,
    app: { clientId },
    // The family knows, whatever name the app has for them.
    userId: family?.user_id ?? undefined,
    subject: sub,
    familyId,
    scopes: typeof scope === 'string' ? scope.split(' ') : [],
    audience: asList(aud),
    claims,
    issuedAt: new Date(Number(iat) * 1000),
    expiresAt: new Date(exp * 1000),
    isOver:
      isRevoked ||
      (familyId !== undefined && isFamilyOver(core, family?.revoked_at ?? null, family?.expires_at ?? null)),
  }
}

/** One in another system's shape says nothing by itself: it is on record, or it is nothing. */
async function findForeign(core: Core, token: string): Promise<Found | undefined> {
  const dialects = [...core.registry.dialects.values()]
  if (!dialects.some(({ accessTokens, refreshTokens }) => accessTokens ?? refreshTokens)) return undefined
  const key = foreignKey(token)
  return (await findOpaque(core, key)) ?? findRefreshToken(core, key)
}

async function findOpaque(core: Core, key: Buffer | undefined): Promise<Found | undefined> {
  const row = key && (await core.tokenRows.accessToken(key))
  return row && foundOnRecord(core, row)
}

function foundOnRecord(core: Pick<Core, 'now'>, row: AccessTokenRow): Found {
  const claims = fromJson<Record<string, unknown>>(row.claims)
  return {
    kind: 'access',
    id: row.id,
    app: { id: row.app_id },
    userId: row.user_id ?? undefined,
    subject: String(claims.sub),
    familyId: row.family_id ?? undefined,
    scopes: fromJson<string[]>(row.scopes),
    audience: asList(claims.aud),
    claims,
    issuedAt: instant(row.created_at),
    expiresAt: instant(row.expires_at),
    isOver:
      row.revoked_id !== null ||
      (row.family_id !== null && isFamilyOver(core, row.family_revoked_at, row.family_expires_at)),
  }
}

async function findRefreshToken(core: Core, key: Buffer | undefined): Promise<Found | undefined> {
  const row = key && (await core.tokenRows.refreshToken(key))
  const family = row && (await core.tokenRows.family(row.family_id))
  if (!row || !family) return undefined
  return {
    kind: 'refresh',
    id: row.family_id,
    app: { id: family.app_id },
    userId: family.user_id ?? undefined,
    subject: family.subject,
    familyId: row.family_id,
    scopes: fromJson<string[]>(family.scopes),
    audience: [],
    claims: {},
    issuedAt: instant(row.created_at),
    expiresAt: instant(row.expires_at),
    isOver: isFamilyOver(core, family.revoked_at, family.expires_at),
    isExchanged: row.consumed_at !== null,
  }
}

function tokenTypeOf(core: Pick<Core, 'registry'>, confirmation: unknown): string {
  if (typeof confirmation !== 'object' || confirmation === null) return 'Bearer'
  return (
    core.registry.senderConstraints.find((constraint) => constraint.confirmation in confirmation)?.tokenType ?? 'Bearer'
  )
}

function asList(audience: unknown): readonly string[] {
  return (Array.isArray(audience) ? audience : [audience]).filter((entry) => typeof entry === 'string')
}
