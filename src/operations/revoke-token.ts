import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import type { ActiveToken } from '../plugin/context.ts'
import { observe } from './observe.ts'

/**
 * Ends a token for good: an access token alone, a refresh token with all that descends from the same approval.
 *
 * @see RFC 7009 §2.1
 */
export async function revokeToken(
  core: Pick<Core, 'audit' | 'log' | 'now' | 'registry' | 'tokenRows'>,
  token: ActiveToken,
  by: {
    readonly app?: App
    readonly userId?: string
    readonly requestId?: string
    /** An access token with all that descends from the same approval, too. */
    readonly withFamily?: boolean
  },
): Promise<void> {
  const familyId = token.kind === 'refresh' || by.withFamily ? token.familyId : undefined
  if (familyId !== undefined) await core.tokenRows.revokeFamily(familyId, core.now())
  else await core.tokenRows.revoke(token.id, token.expiresAt)
  await core.audit.write({
    kind: familyId === undefined ? 'token.revoked' : 'family.revoked',
    appId: token.appId,
    userId: token.userId,
    requestId: by.requestId,
    details: { tokenId: token.id, byApp: by.app?.id, byUser: by.userId },
  })
  observe(core, 'tokenRevoked', { appId: token.appId, userId: token.userId, tokenId: token.id })
}
