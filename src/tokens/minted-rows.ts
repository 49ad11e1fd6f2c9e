import type { Insertable } from 'kysely'
import type { Core } from '../core.ts'
import { toJson, toMillis } from '../storage/rows.ts'
import type { AccessTokenTable, RefreshTokenTable, TokenFamilyTable } from '../storage/tables.ts'
import { audienceOf, type TokenFacts } from './access-token-claims.ts'

export function familyRow(token: TokenFacts, familyId: string, expiresAt: Date): Insertable<TokenFamilyTable> {
  const { app, issuance, userId, subject, at } = token
  return {
    id: familyId,
    app_id: app.id,
    user_id: userId ?? null,
    subject,
    scopes: toJson(issuance.refreshScopes ?? issuance.scopes),
    authenticated_at: toMillis(issuance.authenticatedAt),
    methods: issuance.methods ? toJson(issuance.methods) : null,
    session_id: issuance.sessionId ?? null,
    asked: issuance.asked ? toJson(issuance.asked) : null,
    revoked_at: null,
    created_at: at.getTime(),
    expires_at: expiresAt.getTime(),
  }
}

export function refreshTokenRow(
  token: TokenFacts,
  familyId: string,
  key: Buffer,
  expiresAt: Date,
): Insertable<RefreshTokenTable> {
  return {
    token_key: key,
    family_id: familyId,
    claims: toJson(token.issuance.claims ?? {}),
    // A confidential app proves who it is each time, and may change its key (RFC 9449 §5, RFC 8705 §4).
    bound_key: token.app.type === 'public' ? (token.provenKey?.boundKey ?? null) : null,
    consumed_at: null,
    claim_id: null,
    request_hash: null,
    sealed_answer: null,
    successor_key: null,
    created_at: token.at.getTime(),
    expires_at: expiresAt.getTime(),
  }
}

export function accessTokenRow(
  core: Pick<Core, 'issuer' | 'policy' | 'registry'>,
  token: TokenFacts,
  key: Buffer,
): Insertable<AccessTokenTable> {
  const { app, issuance, provenKey, userId, subject, familyId, at, expiresAt } = token
  return {
    token_key: key,
    id: token.tokenId,
    family_id: familyId ?? null,
    app_id: app.id,
    user_id: userId ?? null,
    scopes: toJson(issuance.scopes),
    claims: toJson({ ...issuance.claims, sub: subject, aud: audienceOf(core, app, issuance), ...provenKey?.claims }),
    created_at: at.getTime(),
    expires_at: expiresAt.getTime(),
  }
}
