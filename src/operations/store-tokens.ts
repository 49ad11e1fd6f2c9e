import { CodeRedemption } from '../approvals/redemption.ts'
import type { Core } from '../core.ts'
import { OAuthError } from '../errors/oauth-error.ts'
import type { TokenSet } from '../plugin/context.ts'
import { generateId } from '../secrets/generate-id.ts'
import type { TokenFacts } from '../tokens/access-token-claims.ts'
import type { IssuedRows } from '../tokens/token-rows.ts'
import { storeClaimed, storeIssued } from './store-issued.ts'

/**
 * Makes what was minted durable, together with the write that pays for it and the audit row, and answers it. Whoever came
 * second in paying gets what the redemption says.
 */
export async function storeTokens(
  core: Pick<Core, 'approvals' | 'audit' | 'database' | 'tokenRows'>,
  token: TokenFacts & { readonly requestId: string },
  rows: IssuedRows,
  answer: TokenSet,
): Promise<TokenSet> {
  const { app, grantType, issuance, tokenId, familyId, userId, at, requestId } = token
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
    if (rows.accessToken)
      await Promise.all([core.tokenRows.insertAccessToken(rows.accessToken), core.audit.write(event)])
    else await core.audit.write(event)
    return answer
  }

  const auditRow = core.audit.row(event)
  const mark = { claimId: generateId(at), familyId: familyId ?? tokenId, at, answer }
  const issued = { rows, auditRow }
  const redeemed =
    redeems instanceof CodeRedemption
      ? await storeClaimed(core, issued, redeems.claim(mark))
      : await storeIssued(core, issued, redeems, mark)
  if (redeemed || !redeems) return answer
  const told = await redeems.lost()
  if (told instanceof OAuthError) throw told
  return told
}
