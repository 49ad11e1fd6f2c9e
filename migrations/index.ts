import type { MigrationStep } from '../src/storage/migrate.ts'
import { createUser } from './0001-user.ts'
import { indexUserByUsernameKey } from './0002-user-by-username-key.ts'
import { createSession } from './0003-session.ts'
import { indexSessionById } from './0004-session-by-id.ts'
import { indexSessionByUserId } from './0005-session-by-user-id.ts'
import { indexSessionByExpiresAt } from './0006-session-by-expires-at.ts'
import { createApp } from './0007-app.ts'
import { indexAppByClientId } from './0008-app-by-client-id.ts'
import { indexAppByOwnerId } from './0009-app-by-owner-id.ts'
import { createAppSecret } from './0010-app-secret.ts'
import { indexAppSecretByAppId } from './0011-app-secret-by-app-id.ts'
import { createApproval } from './0012-approval.ts'
import { indexApprovalByHandleKey } from './0013-approval-by-handle-key.ts'
import { indexApprovalByPurgeAt } from './0014-approval-by-purge-at.ts'
import { createTokenFamily } from './0015-token-family.ts'
import { indexTokenFamilyByExpiresAt } from './0016-token-family-by-expires-at.ts'
import { indexTokenFamilyByAppId } from './0017-token-family-by-app-id.ts'
import { indexTokenFamilyByUserId } from './0018-token-family-by-user-id.ts'
import { createRefreshToken } from './0019-refresh-token.ts'
import { indexRefreshTokenByFamilyId } from './0020-refresh-token-by-family-id.ts'
import { indexRefreshTokenByExpiresAt } from './0021-refresh-token-by-expires-at.ts'
import { createAccessToken } from './0022-access-token.ts'
import { indexAccessTokenById } from './0023-access-token-by-id.ts'
import { indexAccessTokenByFamilyId } from './0024-access-token-by-family-id.ts'
import { indexAccessTokenByExpiresAt } from './0025-access-token-by-expires-at.ts'
import { createRevokedToken } from './0026-revoked-token.ts'
import { indexRevokedTokenByExpiresAt } from './0027-revoked-token-by-expires-at.ts'
import { createPace } from './0028-pace.ts'
import { indexPaceByExpiresAt } from './0029-pace-by-expires-at.ts'
import { createSigningKey } from './0030-signing-key.ts'
import { createSetting } from './0031-setting.ts'
import { createChange } from './0032-change.ts'
import { indexChangeByCreatedAt } from './0033-change-by-created-at.ts'
import { createAuditEvent } from './0034-audit-event.ts'
import { indexAuditEventByCreatedAt } from './0035-audit-event-by-created-at.ts'
import { createOutbox } from './0036-outbox.ts'
import { indexOutboxByDueAt } from './0037-outbox-by-due-at.ts'
import { createGuess } from './0038-guess.ts'
import { indexGuessByExpiresAt } from './0039-guess-by-expires-at.ts'
import { createKnownDevice } from './0040-known-device.ts'
import { indexKnownDeviceByUserId } from './0041-known-device-by-user-id.ts'
import { indexKnownDeviceByExpiresAt } from './0042-known-device-by-expires-at.ts'
import { createUserProfile } from './0043-user-profile.ts'
import { indexUserProfileByVerifiedEmailKey } from './0044-user-profile-by-verified-email-key.ts'
import { createServerKey } from './0045-server-key.ts'
import { indexApprovalByUserId } from './0046-approval-by-user-id.ts'
import { indexAppSecretByExpiresAt } from './0047-app-secret-by-expires-at.ts'
import { createConsent } from './0050-consent.ts'
import { createUsedOnce } from './0051-used-once.ts'
import { indexUsedOnceByExpiresAt } from './0052-used-once-by-expires-at.ts'

/** The steps of the core tables, by name. (`lease` is made by `migrate` itself, which needs it to begin.) */
export const coreMigrations: Record<string, MigrationStep> = {
  'core/0001-user': createUser,
  'core/0002-user-by-username-key': indexUserByUsernameKey,
  'core/0003-session': createSession,
  'core/0004-session-by-id': indexSessionById,
  'core/0005-session-by-user-id': indexSessionByUserId,
  'core/0006-session-by-expires-at': indexSessionByExpiresAt,
  'core/0007-app': createApp,
  'core/0008-app-by-client-id': indexAppByClientId,
  'core/0009-app-by-owner-id': indexAppByOwnerId,
  'core/0010-app-secret': createAppSecret,
  'core/0011-app-secret-by-app-id': indexAppSecretByAppId,
  'core/0012-approval': createApproval,
  'core/0013-approval-by-handle-key': indexApprovalByHandleKey,
  'core/0014-approval-by-purge-at': indexApprovalByPurgeAt,
  'core/0015-token-family': createTokenFamily,
  'core/0016-token-family-by-expires-at': indexTokenFamilyByExpiresAt,
  'core/0017-token-family-by-app-id': indexTokenFamilyByAppId,
  'core/0018-token-family-by-user-id': indexTokenFamilyByUserId,
  'core/0019-refresh-token': createRefreshToken,
  'core/0020-refresh-token-by-family-id': indexRefreshTokenByFamilyId,
  'core/0021-refresh-token-by-expires-at': indexRefreshTokenByExpiresAt,
  'core/0022-access-token': createAccessToken,
  'core/0023-access-token-by-id': indexAccessTokenById,
  'core/0024-access-token-by-family-id': indexAccessTokenByFamilyId,
  'core/0025-access-token-by-expires-at': indexAccessTokenByExpiresAt,
  'core/0026-revoked-token': createRevokedToken,
  'core/0027-revoked-token-by-expires-at': indexRevokedTokenByExpiresAt,
  'core/0028-pace': createPace,
  'core/0029-pace-by-expires-at': indexPaceByExpiresAt,
  'core/0030-signing-key': createSigningKey,
  'core/0031-setting': createSetting,
  'core/0032-change': createChange,
  'core/0033-change-by-created-at': indexChangeByCreatedAt,
  'core/0034-audit-event': createAuditEvent,
  'core/0035-audit-event-by-created-at': indexAuditEventByCreatedAt,
  'core/0036-outbox': createOutbox,
  'core/0037-outbox-by-due-at': indexOutboxByDueAt,
  'core/0038-guess': createGuess,
  'core/0039-guess-by-expires-at': indexGuessByExpiresAt,
  'core/0040-known-device': createKnownDevice,
  'core/0041-known-device-by-user-id': indexKnownDeviceByUserId,
  'core/0042-known-device-by-expires-at': indexKnownDeviceByExpiresAt,
  'core/0043-user-profile': createUserProfile,
  'core/0044-user-profile-by-verified-email-key': indexUserProfileByVerifiedEmailKey,
  'core/0045-server-key': createServerKey,
  'core/0046-approval-by-user-id': indexApprovalByUserId,
  'core/0047-app-secret-by-expires-at': indexAppSecretByExpiresAt,
  'core/0050-consent': createConsent,
  'core/0051-used-once': createUsedOnce,
  'core/0052-used-once-by-expires-at': indexUsedOnceByExpiresAt,
}
