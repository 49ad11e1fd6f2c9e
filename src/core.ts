import type { Approvals } from './approvals/approvals.ts'
import type { DecisionWaiters } from './approvals/decision-waiters.ts'
import type { Apps } from './apps/apps.ts'
import type { Audit } from './audit/audit.ts'
import type { Registry } from './config/registry.ts'
import type { SettingValues } from './config/setting-values.ts'
import type { Consents } from './consents/consents.ts'
import type { SigningAlgorithm } from './keys/algorithms.ts'
import type { DerivationKey } from './keys/derivation-key.ts'
import type { Keys } from './keys/keys.ts'
import type { Guesses } from './limits/guesses.ts'
import type { Outgoing } from './outgoing/open-outgoing.ts'
import type { Logger } from './plugin/context.ts'
import type { Sealer } from './secrets/sealing.ts'
import type { Changes } from './storage/changes.ts'
import type { Database } from './storage/database.ts'
import type { TokenRows } from './tokens/token-rows.ts'
import type { KnownDevices } from './users/known-devices.ts'
import type { Profiles } from './users/profiles.ts'
import type { Sessions } from './users/sessions.ts'
import type { Users } from './users/users.ts'

/** What tokens and sessions are like on this server. */
export interface TokenPolicy {
  /** Seconds an access token lives. */
  readonly accessTokenTtlSeconds: number
  /** Seconds that any JWT of this server lives at most: so long its key stays published. */
  readonly longestJwtSeconds: number
  readonly algorithm: SigningAlgorithm
  /** `aud` of a token that asks for no resource. */
  readonly defaultAudience: string
}

/** Everything that operations may need. Each names the part that it uses. */
export interface Core {
  readonly issuer: string
  readonly now: () => Date
  readonly log: Logger
  readonly database: Database
  readonly registry: Registry
  readonly keys: Keys
  readonly sealer: Sealer
  readonly derivationKey: DerivationKey
  readonly apps: Apps
  readonly users: Users
  readonly profiles: Profiles
  readonly sessions: Sessions
  readonly knownDevices: KnownDevices
  readonly approvals: Approvals
  readonly decisions: DecisionWaiters
  readonly consents: Consents
  readonly tokenRows: TokenRows
  readonly audit: Audit
  readonly guesses: Guesses
  readonly settings: SettingValues
  readonly changes: Changes
  /** The way out: every request to somebody else. */
  readonly outgoing: Outgoing
  readonly policy: TokenPolicy
}
