import type { Insertable } from 'kysely'
import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import type { GrantContext, TokenSet } from '../plugin/context.ts'
import type { Issuance } from '../plugin/issuance.ts'
import { generateId } from '../secrets/generate-id.ts'
import { mintSecret } from '../secrets/secret-format.ts'
import { toJson } from '../storage/rows.ts'
import type { AccessTokenTable, RefreshTokenTable, TokenFamilyTable } from '../storage/tables.ts'
import { accessTokenClaims, audienceOf } from '../tokens/access-token-claims.ts'
import type { ProvenKey } from '../tokens/proven-key.ts'

/** Rows that one issuance stores, all or none. */
interface MintedRows {
  family?: Insertable<TokenFamilyTable>
  refreshToken?: Insertable<RefreshTokenTable>
  accessToken?: Insertable<AccessTokenTable>
}

export interface Minting {
  readonly app: App
  readonly grantType: string
  readonly issuance: Issuance
  readonly provenKey: ProvenKey | undefined
  readonly requestId: string
}

type Needs = Pick<Core, 'audit' | 'database' | 'issuer' | 'keys' | 'now' | 'policy' | 'registry' | 'tokenRows'>

/**
 * Turns a grant's decision into tokens. Everything is signed before a transaction opens, and no token is answered before
 * what pays for it, what describes it and its audit row are durable.
 */
export async function mintTokens(core: Needs, ctx: GrantContext, minting: Minting): Promise<TokenSet> {
  const { app, issuance, provenKey } = minting
  const at = core.now()
  const userId = 'userId' in issuance.subject ? issuance.subject.userId : undefined
  const tokenId = generateId(at)
  const familyId = issuance.familyId ?? (userId === undefined ? undefined : generateId(at))
  const ttlSeconds = Math.min(issuance.expiresInSeconds ?? Infinity, core.policy.accessTokenTtlSeconds)
  const expiresAt = new Date(at.getTime() + ttlSeconds * 1000)
  const rows: MintedRows = {}

  if (familyId !== undefined && issuance.familyId === undefined) {
    rows.family = {
      id: familyId,
      app_id: app.id,
      user_id: userId ?? null,
      scopes: toJson(issuance.scopes),
      authenticated_at: issuance.authenticatedAt?.getTime() ?? null,
      revoked_at: null,
      created_at: at.getTime(),
      expires_at: at.getTime() + core.policy.familyTtlSeconds * 1000,
    }
  }

  const claims = accessTokenClaims(core, { ...minting, tokenId, familyId, userId, at, expiresAt })
  let accessToken: string
  if (app.tokenFormat === 'jwt') {
    accessToken = core.keys.sign(claims, { algorithm: core.policy.algorithm, type: 'at+jwt' })
  } else {
    const opaque = mintSecret('accessToken', at)
    accessToken = opaque.plain
    rows.accessToken = {
      token_key: opaque.key,
      id: tokenId,
      family_id: familyId ?? null,
      app_id: app.id,
      user_id: userId ?? null,
      scopes: toJson(issuance.scopes),
      claims: toJson({ ...issuance.claims, aud: audienceOf(core, issuance), ...provenKey?.claims }),
      created_at: at.getTime(),
      expires_at: expiresAt.getTime(),
    }
  }

  const refreshToken = familyId !== undefined && mayRefresh(core, app, issuance) ? mintSecret('refreshToken', at) : undefined
  if (refreshToken && familyId !== undefined) {
    rows.refreshToken = {
      token_key: refreshToken.key,
      family_id: familyId,
      scopes: toJson(issuance.scopes),
      claims: toJson(issuance.claims ?? {}),
      bound_key: provenKey?.boundKey ?? null,
      consumed_at: null,
      claim_id: null,
      created_at: at.getTime(),
      expires_at: at.getTime() + core.policy.familyTtlSeconds * 1000,
    }
  }

  const companions: Record<string, string> = {}
  for (const companion of core.registry.tokenCompanions) {
    const issued = await companion.issue(ctx, issuance, accessToken)
    if (issued !== undefined) companions[companion.field] = issued
  }

  await store(core, minting, rows, { tokenId, familyId, userId, at })
  const { idToken, ...others } = companions
  return {
    accessToken,
    tokenType: provenKey?.tokenType ?? 'Bearer',
    expiresInSeconds: ttlSeconds,
    scopes: issuance.scopes,
    ...(refreshToken && { refreshToken: refreshToken.plain }),
    ...(idToken !== undefined && { idToken }),
    companions: others,
  }
}

/** An app gets a refresh token where it also has a grant that takes one. */
function mayRefresh(core: Pick<Core, 'registry'>, app: App, issuance: Issuance): boolean {
  return issuance.refreshable === true && app.grants.some((grantType) => core.registry.grants.get(grantType)?.refreshes)
}

interface Minted {
  readonly tokenId: string
  readonly familyId: string | undefined
  readonly userId: string | undefined
  readonly at: Date
}

async function store(core: Needs, minting: Minting, rows: MintedRows, minted: Minted): Promise<void> {
  const { app, grantType, issuance, requestId } = minting
  const { tokenId, familyId, userId, at } = minted
  const event = {
    kind: 'token.issued',
    appId: app.id,
    userId,
    requestId,
    details: { grantType, tokenId, scopes: issuance.scopes, ...(familyId !== undefined && { familyId }) },
  } as const

  const { redeems } = issuance
  if (!redeems && !rows.family && !rows.refreshToken) {
    // Nothing is used up, so the rows need no transaction of their own and share an insert with their neighbours.
    await Promise.all([rows.accessToken && core.tokenRows.insertAccessToken(rows.accessToken), core.audit.write(event)])
    return
  }

  const claimId = generateId(at)
  const auditRow = core.audit.row(event)
  const redeemed = await core.database.transaction(
    async (trx) => {
      if (redeems && !(await redeems.redeem(trx, { claimId, familyId: familyId ?? tokenId, at }))) return false
      if (rows.family) await trx.insertInto('token_family').values(rows.family).execute()
      if (rows.refreshToken) await trx.insertInto('refresh_token').values(rows.refreshToken).execute()
      if (rows.accessToken) await trx.insertInto('access_token').values(rows.accessToken).execute()
      await trx.insertInto('audit_event').values(auditRow).execute()
      return true
    },
    {
      // The audit row is written by this attempt alone, so it tells whether a COMMIT whose answer got lost took place.
      settle: async (db) => {
        const found = await db.selectFrom('audit_event').select('id').where('id', '=', auditRow.id).executeTakeFirst()
        return found ? true : undefined
      },
    },
  )
  if (!redeemed && redeems) throw await redeems.lost()
}
