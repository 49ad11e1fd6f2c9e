import type { Generated } from 'kysely'

/** Milliseconds since the epoch. Code above the rows uses `Date`. */
type Millis = number
/** JSON text; parsed and printed in the noun's own rows file. */
type Json = string

export interface UserTable {
  id: string
  username: string
  /** The user name in the form in which it is compared: NFKC, case-folded. */
  username_key: string
  role: 'user' | 'admin'
  disabled_at: Millis | null
  /** Grows with every change of how the user signs in; what was verified under an older one starts no session. */
  sign_in_version: Generated<number>
  /** Grows with every session, so that its start and such a change write the same row and one of them goes first. */
  sessions_started: Generated<number>
  created_at: Millis
}

/** What a user's profile says: one column a claim. A user who never said anything has no row. */
export interface UserProfileTable {
  user_id: string
  name: string | null
  given_name: string | null
  family_name: string | null
  middle_name: string | null
  nickname: string | null
  preferred_username: string | null
  profile: string | null
  picture: string | null
  website: string | null
  email: string | null
  /** The address in the form in which it is compared, where it is verified: unique. */
  verified_email_key: string | null
  gender: string | null
  birthdate: string | null
  zoneinfo: string | null
  locale: string | null
  phone_number: string | null
  phone_number_verified: 0 | 1
  address: Json | null
  updated_at: Millis
}

export interface SessionTable {
  token_key: Buffer
  id: string
  user_id: string
  authenticated_at: Millis
  methods: Json
  /** What the browser or program called itself at the sign-in. */
  user_agent: string | null
  created_at: Millis
  expires_at: Millis
}

export interface AppTable {
  id: string
  client_id: string
  name: string
  type: 'confidential' | 'public' | 'bot'
  owner_id: string | null
  dialect: string | null
  grants: Json
  scopes: Json
  redirect_uris: Json
  /** 1 where an admin said where it may send people. */
  is_vouched: number
  /** Rights that only an admin gives, such as introspecting other apps' tokens. */
  privileges: Json
  settings: Json
  token_format: 'jwt' | 'opaque'
  disabled_at: Millis | null
  created_at: Millis
  updated_at: Millis
}

export interface AppSecretTable {
  id: string
  app_id: string
  secret_hash: Buffer
  created_at: Millis
  expires_at: Millis | null
}

export type StoredApprovalStatus = 'pending' | 'approved' | 'denied' | 'claimed'

export interface ApprovalTable {
  /** Time ‖ SHA-256 of the code: what the app claims with. */
  code_key: Buffer
  /** Time ‖ SHA-256 of the handle: what the user's browser sees. */
  handle_key: Buffer
  app_id: string
  /** The grant type that may claim it. */
  grant_type: string
  status: StoredApprovalStatus
  requested_scopes: Json
  granted_scopes: Json | null
  user_id: string | null
  /** When that user had last proved who they are, how, and in which session. */
  authenticated_at: Millis | null
  methods: Json | null
  session_id: string | null
  /** What the plugin that opened it wants to know at the claim. */
  details: Json
  failed_proofs: number
  family_id: string | null
  claim_id: string | null
  created_at: Millis
  decided_at: Millis | null
  claimed_at: Millis | null
  /** Until when it can be decided and claimed. */
  expires_at: Millis
  /** Until when the row is kept, so that a replay is recognised. */
  purge_at: Millis
}

/** One scope that a user said yes to for an app. */
export interface ConsentTable {
  user_id: string
  app_id: string
  scope: string
  created_at: Millis
}

export interface TokenFamilyTable {
  id: string
  app_id: string
  user_id: string | null
  /** How the app knows the user: `sub` of every token of the family, up to 255 characters. */
  subject: string
  scopes: Json
  authenticated_at: Millis | null
  methods: Json | null
  session_id: string | null
  /** What authorize parameters of plugins asked for, by their ids. */
  asked: Json | null
  revoked_at: Millis | null
  created_at: Millis
  /** No token of the family lives longer. */
  expires_at: Millis
}

export interface RefreshTokenTable {
  token_key: Buffer
  family_id: string
  claims: Json
  /** The key thumbprint that it is bound to, where it is. */
  bound_key: string | null
  consumed_at: Millis | null
  claim_id: string | null
  /** SHA-256 of what was asked for when it was used: only the same request is answered again. */
  request_hash: Buffer | null
  /** The answer that it was used for, sealed with a key that only its holder can derive. */
  sealed_answer: Buffer | null
  /** The refresh token of that answer. */
  successor_key: Buffer | null
  created_at: Millis
  expires_at: Millis
}

export interface AccessTokenTable {
  token_key: Buffer
  id: string
  family_id: string | null
  app_id: string
  user_id: string | null
  scopes: Json
  claims: Json
  created_at: Millis
  expires_at: Millis
}

export interface RevokedTokenTable {
  token_id: string
  expires_at: Millis
}

/** What may be used once: a proof, an assertion. */
export interface UsedOnceTable {
  /** SHA-256 of the purpose and of what was used. */
  use_key: Buffer
  /** Names the one attempt that came first. */
  claim_id: string
  expires_at: Millis
}

export interface PaceTable {
  pace_key: Buffer
  last_at: Millis
  interval_seconds: number
  expires_at: Millis
}

export interface GuessTable {
  /** SHA-256 of the limit and whom it counts against. */
  guess_key: Buffer
  /** Failures; uses, where every use counts. */
  counted: number
  /** When somebody was first refused in this window. */
  refused_at: Millis | null
  /** The end of the window. */
  expires_at: Millis
}

/** A browser in which a user has signed in, so that guesses of others do not keep them out of it. */
export interface KnownDeviceTable {
  /** SHA-256 of the device's secret and the name that was signed in under. */
  device_key: Buffer
  user_id: string
  expires_at: Millis
}

export interface SigningKeyTable {
  id: string
  algorithm: string
  public_jwk: Json
  sealed_private_jwk: Buffer
  created_at: Millis
  /** It signs from here on … */
  active_at: Millis
  /** … to here (null: until it is rotated) … */
  retiring_at: Millis | null
  /** … and leaves JWKS here. */
  retired_at: Millis | null
}

/** A key of this server that never rotates, sealed with GRANTQL_SECRET. */
export interface ServerKeyTable {
  name: string
  sealed: Buffer
  created_at: Millis
}

export interface SettingTable {
  name: string
  value: Json
  updated_at: Millis
}

export interface ChangeTable {
  id: string
  kind: string
  subject: string
  created_at: Millis
}

export interface LeaseTable {
  name: string
  holder: string
  expires_at: Millis
}

export interface OutboxTable {
  id: string
  kind: string
  payload: Json
  attempts: number
  due_at: Millis
  expires_at: Millis
  created_at: Millis
}

export interface AuditEventTable {
  id: string
  kind: string
  app_id: string | null
  user_id: string | null
  request_id: string | null
  details: Json
  created_at: Millis
}

/** The core tables. A plugin never sees this type; it has its own. */
export interface CoreTables {
  user: UserTable
  user_profile: UserProfileTable
  session: SessionTable
  app: AppTable
  app_secret: AppSecretTable
  approval: ApprovalTable
  consent: ConsentTable
  token_family: TokenFamilyTable
  refresh_token: RefreshTokenTable
  access_token: AccessTokenTable
  revoked_token: RevokedTokenTable
  used_once: UsedOnceTable
  pace: PaceTable
  guess: GuessTable
  known_device: KnownDeviceTable
  signing_key: SigningKeyTable
  server_key: ServerKeyTable
  setting: SettingTable
  change: ChangeTable
  lease: LeaseTable
  outbox: OutboxTable
  audit_event: AuditEventTable
}
