import type { Core } from '../core.ts'
import type { ActiveToken } from '../plugin/context.ts'
import { parseSecret, secretKind } from '../secrets/secret-format.ts'
import { fromJson, instant } from '../storage/rows.ts'

type Needs = Pick<Core, 'apps' | 'issuer' | 'keys' | 'now' | 'registry' | 'tokenRows' | 'users'>

interface Found extends Omit<ActiveToken, 'appId' | 'clientId' | 'username' | 'tokenType'> {
  readonly app: { readonly id: string } | { readonly clientId: string }
  /** Revoked, or its family is over. Undefined where that was not read with it. */
  readonly isOver?: boolean
}

/**
 * Finds a token that is active right now: signed or stored by us, not expired, not revoked, its family, its app and its
 * user alive. Every node answers alike at once, for nothing about a token is remembered.
 *
 * @returns undefined for everything else, without saying why
 * @see RFC 7662 §2.2
 */
export async function inspectToken(core: Needs, token: string): Promise<ActiveToken | undefined> {
  const found = await findToken(core, token)
  if (!found || found.expiresAt <= core.now()) return undefined
  const [isOver, app, user] = await Promise.all([
    found.isOver ?? isRevokedOrOver(core, found),
    'id' in found.app
      ? core.apps.byId(found.app.id)
      : core.apps.byClientId(found.app.clientId).then((known) => known?.app),
    found.userId === undefined ? undefined : core.users.byId(found.userId),
  ])
  if (isOver || !app || app.disabledAt) return undefined
  if (found.userId !== undefined && (!user || user.disabledAt)) return undefined
  return {
    kind: found.kind,
    id: found.id,
    tokenType: found.kind === 'access' ? tokenTypeOf(core, found.claims.cnf) : undefined,
    appId: app.id,
    clientId: app.clientId,
    userId: found.userId,
    username: user?.username,
    familyId: found.familyId,
    scopes: found.scopes,
    audience: found.audience,
    claims: found.claims,
    issuedAt: found.issuedAt,
    expiresAt: found.expiresAt,
  }
}

async function isRevokedOrOver(core: Needs, { kind, id, familyId }: Found): Promise<boolean> {
  const [isRevoked, family] = await Promise.all([
    kind === 'access' && core.tokenRows.isRevoked(id),
    familyId === undefined ? undefined : core.tokenRows.family(familyId),
  ])
  if (isRevoked || familyId === undefined) return isRevoked
  return isFamilyOver(core, family?.revoked_at ?? null, family?.expires_at ?? null)
}

/** One that is gone is over. */
function isFamilyOver(core: Pick<Core, 'now'>, revokedAt: number | null, expiresAt: number | null): boolean {
  return revokedAt !== null || expiresAt === null || expiresAt <= core.now().getTime()
}

async function findToken(core: Needs, token: string): Promise<Found | undefined> {
  switch (secretKind(token)) {
    case 'accessToken':
      return findOpaque(core, token)
    case 'refreshToken':
      return findRefreshToken(core, token)
    case undefined:
      return findJwt(core, token)
    default:
      return undefined
  }
}

function findJwt(core: Needs, token: string): Found | undefined {
  const claims = core.keys.verify(token, { type: 'at+jwt' })?.claims
  if (!claims || claims.iss !== core.issuer) return undefined
  const { jti, client_id: clientId, sub, exp, iat, scope, aud, fid } = claims
  if (typeof jti !== 'string' || typeof clientId !== 'string' || typeof exp !== 'number') return undefined
  return {
    kind: 'access',
    id: jti,
    app: { clientId },
    userId: typeof sub === 'string' && sub !== clientId ? sub : undefined,
    familyId: typeof fid === 'string' ? fid : undefined,
    scopes: typeof scope === 'string' ? scope.split(' ') : [],
    audience: asList(aud),
    claims,
    issuedAt: new Date(Number(iat) * 1000),
    expiresAt: new Date(exp * 1000),
  }
}

async function findOpaque(core: Needs, token: string): Promise<Found | undefined> {
  const parsed = parseSecret('accessToken', token)
  const row = parsed && (await core.tokenRows.accessToken(parsed.key))
  if (!row) return undefined
  const claims = fromJson<Record<string, unknown>>(row.claims)
  return {
    kind: 'access',
    id: row.id,
    app: { id: row.app_id },
    userId: row.user_id ?? undefined,
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

async function findRefreshToken(core: Needs, token: string): Promise<Found | undefined> {
  const parsed = parseSecret('refreshToken', token)
  const row = parsed && (await core.tokenRows.refreshToken(parsed.key))
  const family = row && row.consumed_at === null ? await core.tokenRows.family(row.family_id) : undefined
  if (!row || !family) return undefined
  return {
    kind: 'refresh',
    id: row.family_id,
    app: { id: family.app_id },
    userId: family.user_id ?? undefined,
    familyId: row.family_id,
    scopes: fromJson<string[]>(family.scopes),
    audience: [],
    claims: {},
    issuedAt: instant(row.created_at),
    expiresAt: instant(row.expires_at),
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
