import type { Kysely } from 'kysely'
import type { Approval } from '../approvals/approval.ts'
import type { App } from '../apps/app.ts'
import type { AnyErrorClass } from '../errors/oauth-error.ts'
import type { Session, User } from '../users/user.ts'
import type { Issuance, Redemption, RepeatedAnswer } from './issuance.ts'
import type { PresentedCredentials, RawParams, RequestFacts } from './request.ts'
import type { Setting } from './setting.ts'

/** One line a call, fields first; secrets are redacted by name. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface OpenApprovalInput {
  readonly app: App
  /** The grant type that may claim it. */
  readonly grantType: string
  readonly scopes: readonly string[]
  /** JSON that the grant wants back at the claim: a PKCE challenge, a redirect URI. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly ttlSeconds: number
}

export interface OpenedApproval {
  readonly approval: Approval
  /** What the app claims with. Only its hash is stored. */
  readonly code: string
  /** What the user's browser sees. It cannot claim. */
  readonly handle: string
  readonly approveUrl: URL
}

export interface ClaimApprovalInput {
  readonly code: string
  readonly grantType: string
  /**
   * How the caller proves to be the one who opened it, beyond the app's own authentication: `nothing-to-prove` where
   * nothing was agreed on. {@link provesPkce} answers this for RFC 7636.
   */
  readonly proof: (approval: Approval) => 'proved' | 'failed' | 'nothing-to-prove'
  /** Seconds between polls. Left out: nobody polls, and a pending or expired approval is simply not claimable. */
  readonly intervalSeconds?: number
}

/** An approval that this caller may turn into a token, with the write that does so. */
export interface ClaimableApproval {
  readonly approval: Approval & { readonly userId: string; readonly grantedScopes: readonly string[] }
  readonly redemption: Redemption
}

export interface ApprovalVerbs {
  open(input: OpenApprovalInput): Promise<OpenedApproval>
  /** The approval that a code stands for, or undefined. Decides nothing. */
  findByCode(code: string): Promise<Approval | undefined>
  findByHandle(handle: string): Promise<Approval | undefined>
}

export interface GrantApprovalVerbs extends ApprovalVerbs {
  /**
   * Tells whether the code can be claimed by the app that asks, with its pace, its expiry, its replay and its proof.
   *
   * @throws {InvalidGrant} when the code is unknown, used, another app's, or the proof fails
   * @throws {AuthorizationPending} {SlowDown} {AccessDenied} {ExpiredToken} when `intervalSeconds` is given (RFC 8628 §3.5)
   */
  claim(input: ClaimApprovalInput): Promise<ClaimableApproval>
}

/** A token that is active right now (RFC 7662 §2.2). */
export interface ActiveToken {
  readonly kind: 'access' | 'refresh'
  /** How an access token is presented: `Bearer`, or the token type of what binds it. */
  readonly tokenType: string | undefined
  readonly id: string
  readonly appId: string
  readonly clientId: string
  readonly userId: string | undefined
  readonly username: string | undefined
  readonly familyId: string | undefined
  readonly scopes: readonly string[]
  readonly audience: readonly string[]
  readonly claims: Readonly<Record<string, unknown>>
  readonly issuedAt: Date
  readonly expiresAt: Date
}

/** A refresh token that this app may exchange, with the write that uses it up. */
export interface RefreshingFamily {
  readonly issuance: Issuance & { readonly familyId: string }
  /** The widest scopes that can be asked for (RFC 6749 §6). */
  readonly scopes: readonly string[]
}

export interface RefreshingInput {
  readonly refreshToken: string
  /**
   * Seconds after a refresh token was used in which the same request by the same app gets the same answer again: the
   * first one may have been lost on the way. 0 answers nothing twice.
   */
  readonly retryWindowSeconds: number
}

export interface TokenVerbs {
  /** The token if it is active, whoever it belongs to; undefined for everything else, without a reason. */
  find(token: string): Promise<ActiveToken | undefined>
  /** Ends a token for good: an access token alone, a refresh token with its family (RFC 7009 §2.1). */
  revoke(token: ActiveToken, by: { readonly app?: App; readonly userId?: string }): Promise<void>
  /** Signs claims with a key of this server. `type` is the JWT `typ`; `at+jwt` is core's own and refused. */
  sign(
    claims: Readonly<Record<string, unknown>>,
    options: { readonly type: string; readonly algorithm?: string },
  ): string
  /** The claims of a JWT that {@link sign} made with this `type`; undefined for everything else. Expiry is the caller's. */
  verify(jwt: string, options: { readonly type: string }): Readonly<Record<string, unknown>> | undefined
}

export interface GrantTokenVerbs extends TokenVerbs {
  /**
   * Tells whether a refresh token can be exchanged by the app that asks. One that was used already ends its family, unless
   * this is a retry within the window: that is answered as it was the first time.
   *
   * @throws {InvalidGrant} when it is unknown, used, expired, revoked, bound to another key, or another app's
   */
  refreshing(input: RefreshingInput): Promise<RefreshingFamily | RepeatedAnswer>
}

export interface SessionVerbs {
  /** The session of the request in hand: its bearer session token or its cookie. */
  current(): Promise<{ readonly session: Session; readonly user: User } | undefined>
  /** Where a request is in hand, the session remembers what browser or program that came from. */
  start(userId: string, methods: readonly string[]): Promise<{ readonly token: string; readonly session: Session }>
  end(sessionId: string): Promise<void>
  /** Ends the sessions of a user: all, or all but one. Answers how many there were. */
  endAll(userId: string, options?: { readonly keptSessionId?: string }): Promise<number>
}

export interface AppVerbs {
  find(clientId: string): Promise<App | undefined>
  /** @throws {InvalidClient} when the app is unknown or does not prove who it is (RFC 6749 §2.3) */
  authenticate(credentials: PresentedCredentials): Promise<App>
}

/** Writes into the plugin's own tables what lets a user sign in; may run more than once, because a deadlock repeats it. */
export type OwnEnrolment<Tables = unknown> = (trx: Kysely<Tables>, userId: string) => Promise<void>

export interface CreateUserInput {
  readonly username: string
  /** Defaults to `user`. */
  readonly role?: User['role'] | undefined
  /** The id of who is answerable for it, for the audit. Left out: they themselves. */
  readonly createdBy?: string | undefined
}

export interface UserVerbs<Tables = unknown> {
  find(id: string): Promise<User | undefined>
  /** By user name as people type it: case and width do not matter. */
  findByName(username: string): Promise<User | undefined>
  /**
   * The name as it would be stored, if somebody could have it from now on.
   *
   * @throws {InvalidInput} when it is taken or not a user name
   */
  checkNewName(username: string): Promise<string>
  /**
   * Makes a user, in one transaction with what the plugin writes for them: what `enrol` throws leaves no user either.
   *
   * @throws {InvalidInput} when the name is taken or not a user name
   */
  create(input: CreateUserInput, enrol?: OwnEnrolment<Tables>): Promise<User>
  /**
   * Changes how a user signs in. Whoever could sign in before is out: all sessions end but the one to keep, and no browser
   * is known any more. Make sure first who asks: see {@link Operations.verifyUser}.
   */
  changeSignIn(
    userId: string,
    enrol: OwnEnrolment<Tables>,
    options?: { readonly keptSessionId?: string },
  ): Promise<void>
}

/** Secrets that core recognises by their first letters, in logs and everywhere else. */
export interface SecretVerbs {
  /** Makes one to hand out once. Store the key alone: a time and a hash, for a column of the type `key`. */
  mint(kind: 'invitation'): { readonly plain: string; readonly key: Buffer }
  /** The key of one that was presented; undefined for what cannot be one of this kind. */
  keyOf(kind: 'invitation', plain: string): Buffer | undefined
}

/** What a token request needs to say, whoever parsed it. */
export interface TokenRequest {
  readonly grantType: string
  readonly params: RawParams
  readonly credentials: PresentedCredentials
  readonly request: RequestFacts
}

/** A successful token response (RFC 6749 §5.1). */
export interface TokenSet {
  readonly accessToken: string
  readonly tokenType: string
  readonly expiresInSeconds: number
  readonly scopes: readonly string[]
  readonly refreshToken?: string
  readonly idToken?: string
  /** Members that token companions of plugins added, by their wire names. */
  readonly companions: Readonly<Record<string, string>>
}

/** Operations of core that a plugin may call: the same that GraphQL and REST call. */
export interface Operations {
  exchangeToken(request: TokenRequest): Promise<TokenSet>
  /**
   * Signs a user in by one of this server's sign-ins.
   *
   * @throws {InvalidCredentials} when they do not prove who they are
   */
  signIn(
    signInId: string,
    params: RawParams,
    request: RequestFacts,
  ): Promise<{ readonly token: string; readonly session: Session; readonly user: User }>
  /**
   * Has a user prove who they are by one of this server's sign-ins, without a session: for grants that take a user's
   * credentials. Guesses count as they do at the sign-in page.
   *
   * @throws {InvalidCredentials} when they do not prove who they are
   */
  verifyUser(
    signInId: string,
    params: RawParams,
    request: RequestFacts,
  ): Promise<{ readonly user: User; readonly methods: readonly string[] }>
}

export interface OutboxVerbs<Tables = unknown> {
  /**
   * Stores a message for the outside, to be delivered by the plugin's own `outbox` of that kind, at least once and until
   * it expires. Given a transaction of {@link PluginContext.transaction}, it is sent if and only if that commits.
   *
   * @param payload JSON
   */
  enqueue(kind: string, payload: unknown, trx?: Kysely<Tables>): Promise<void>
}

/** What every function of a plugin is given. Core's tables and keys are not in it: they are asked by verb. */
export interface PluginContext<Tables = unknown> {
  readonly issuer: string
  now(): Date
  readonly log: Logger
  /** An absolute URL of this server. */
  url(path: string): URL
  /** The app's own value where it may have one, else the operator's, else the default. */
  setting<Value>(declaration: Setting<Value>, app?: App): Value
  /** The plugin's own tables, typed. */
  readonly db: Kysely<Tables>
  /** Several writes of the plugin in one unit, retried as a whole on a deadlock. Nothing foreign may be awaited inside. */
  transaction<T>(work: (trx: Kysely<Tables>) => Promise<T>): Promise<T>
  readonly approvals: ApprovalVerbs
  readonly apps: AppVerbs
  readonly users: UserVerbs<Tables>
  readonly sessions: SessionVerbs
  readonly tokens: TokenVerbs
  readonly secrets: SecretVerbs
  readonly outbox: OutboxVerbs<Tables>
  readonly operations: Operations
}

/** A context that belongs to one request. */
export interface RequestContext<Tables = unknown> extends PluginContext<Tables> {
  readonly request: RequestFacts
}

/** What an operation of a plugin is given: the request, and the app that authenticated where one had to. */
export interface OperationContext<Tables = unknown> extends RequestContext<Tables> {
  /** The app that asks. @throws {InvalidClient} where the operation is declared `clientAuth: 'none'` */
  readonly app: App
  /** How the app proved who it is; `none` for a public app. */
  readonly clientAuthMethod: string
  /**
   * The requested scopes as far as the app has them; every one of the app's where none is asked for.
   *
   * @throws {InvalidScope} when one is unknown, malformed or not the app's (RFC 6749 §3.3)
   */
  narrowScopes(requested: readonly string[] | undefined): readonly string[]
}

/** What `exchange` of a grant is given. */
export interface GrantContext<Tables = unknown> extends OperationContext<Tables> {
  readonly approvals: GrantApprovalVerbs
  readonly tokens: GrantTokenVerbs
  /** A redemption over the plugin's own tables: `redeem` answers true for exactly one caller. */
  redemption(redeem: (trx: Kysely<Tables>) => Promise<boolean>, lost: AnyErrorClass): Redemption
}
