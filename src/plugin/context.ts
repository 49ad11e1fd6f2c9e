import type { Kysely } from 'kysely'
import type { Approval } from '../approvals/approval.ts'
import type { App, AppPrivilege, AppType } from '../apps/app.ts'
import type { AnyErrorClass } from '../errors/oauth-error.ts'
import type { Profile } from '../users/profile.ts'
import type { Session, User } from '../users/user.ts'
import type { SessionsEnded } from './contributions.ts'
import type { Issuance, Provenance, Redemption, RepeatedAnswer } from './issuance.ts'
import type { NetworkLimit } from './limit.ts'
import type { OutgoingVerbs } from './outgoing.ts'
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
  /** What the app sent, for the parameters that plugins add. What they declare is thrown. Left out: they add none. */
  readonly sent?: RawParams
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
  /** To be spread into the issuance. */
  readonly provenance: Provenance
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
  /** The dialect of its app; undefined for the standard. Its scopes are what that system means by them. */
  readonly dialect: string | undefined
  readonly userId: string | undefined
  /** How the app knows the user, or the app itself: `sub`. */
  readonly subject: string
  /** Undefined where the app knows the user by a name of its own. */
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
  /** Ends the access tokens of the family that are on record, in the transaction that gives the new one. Defaults to false. */
  readonly endsAccessTokens?: boolean
}

export interface TokenVerbs {
  /** The token if it is active, whoever it belongs to; undefined for everything else, without a reason. */
  find(token: string): Promise<ActiveToken | undefined>
  /**
   * The active access tokens of a user that are on record: opaque ones, and those of dialects. In the order in which they
   * were issued.
   */
  ofUser(userId: string): Promise<readonly ActiveToken[]>
  /**
   * What a token that somebody wants revoked stands for: one that is active, or a refresh token that was exchanged already
   * while its family lives (RFC 7009 §2.1). Never call the latter active.
   */
  findToRevoke(token: string): Promise<ActiveToken | undefined>
  /**
   * Ends a token for good: an access token alone, a refresh token with its family (RFC 7009 §2.1).
   *
   * @param by.withFamily an access token with its family as well
   */
  revoke(
    token: ActiveToken,
    by: { readonly app?: App; readonly userId?: string; readonly withFamily?: boolean },
  ): Promise<void>
  /**
   * Ends what comes from these sessions, as far as `isEnding` says yes: codes that are not claimed yet, and living token
   * families.
   */
  endFamilies(
    sessions: SessionsEnded,
    isEnding: (family: { readonly appId: string; readonly scopes: readonly string[] }) => boolean,
  ): Promise<void>
  /** Why {@link find} finds nothing: it was never given out, or is long gone (`unknown`), has expired, or was ended. */
  whyInactive(token: string): Promise<'unknown' | 'expired' | 'revoked'>
  /**
   * Signs claims with a key of this server. `type` is the JWT `typ`; `at+jwt` is core's own and refused. `HS256` takes a key
   * that this plugin alone has for this type, which nobody but this server can verify with. With the other algorithms it has
   * to be over after {@link longestSeconds}: so long the key stays published.
   */
  sign(
    claims: Readonly<Record<string, unknown>>,
    options: { readonly type: string; readonly algorithm?: string },
  ): string
  /** What {@link sign} takes where no algorithm is named. */
  readonly algorithm: string
  /** Seconds that a JWT of this server lives at most: the lifetime of access tokens, or an hour where that is shorter. */
  readonly longestSeconds: number
  /** The public keys by which everybody can verify what {@link sign} made, but for `HS256`: JWKS (RFC 7517 §5). */
  keySet(): { readonly keys: readonly Readonly<Record<string, unknown>>[] }
  /**
   * The claims of a JWT that {@link sign} made with this `type`; undefined for everything else. Expiry is the caller's.
   *
   * @param options.retired A key will do that is no longer published and signed while sessions lived that live now: for a hint
   *   at whom something was about, never for a right to anything. Defaults to false.
   */
  verify(
    jwt: string,
    options: { readonly type: string; readonly retired?: boolean },
  ): Readonly<Record<string, unknown>> | undefined
  /** Where a living token comes from: the sign-in behind it, and what was asked for. Undefined where it has no family. */
  provenance(token: ActiveToken): Promise<Provenance | undefined>
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
  /**
   * Whether its user has proved who they are within the last ten minutes: for what a session that somebody left open must
   * not be enough for, such as another way to sign in. Where it is not, answer {@link SignInAgain}.
   */
  isFresh(session: Pick<Session, 'authenticatedAt'>): boolean
  /** Where a request is in hand, the session remembers what browser or program that came from. */
  start(userId: string, methods: readonly string[]): Promise<{ readonly token: string; readonly session: Session }>
  /** A live session by its id, which opens nothing. */
  find(sessionId: string): Promise<Session | undefined>
  end(sessionId: string): Promise<void>
  /** Ends the sessions of a user: all, or all but one. Answers how many there were. */
  endAll(userId: string, options?: { readonly keptSessionId?: string }): Promise<number>
}

/** What can be said of a new app. What is left out is none. */
export interface NewApp {
  readonly name: string
  readonly type: AppType
  readonly grants?: readonly string[]
  readonly scopes?: readonly string[]
  readonly redirectUris?: readonly string[]
  readonly privileges?: readonly AppPrivilege[]
  /** The dialect that it speaks; undefined for the standard. */
  readonly dialect?: string
  /** Values of its own for per-app settings: of this plugin by their names there, of others by `<plugin id>.<setting>`. */
  readonly settings?: Readonly<Record<string, unknown>>
}

/** What changes of an app; what is left out stays. */
export interface AppChanges extends Partial<Omit<NewApp, 'type' | 'dialect' | 'settings'>> {
  readonly isDisabled?: boolean
}

/**
 * Apps, by the same operations as GraphQL's. `by` is who does it, with their rights: a user owns what they make, and gives
 * self-service grants and scopes alone; undefined is anybody, who owns nothing.
 */
export interface AppVerbs {
  find(clientId: string): Promise<App | undefined>
  findById(id: string): Promise<App | undefined>
  /**
   * Those that `by` owns; an admin's are all, but for `isOwn`. In the order in which they were made.
   *
   * @param page.limit defaults to 1,000
   */
  list(
    by: User,
    page?: { readonly afterId?: string; readonly limit?: number; readonly isOwn?: boolean },
  ): Promise<readonly App[]>
  /**
   * @returns the secret with it, which is shown this once; undefined for a public app
   * @throws {InvalidInput} when something in it is wrong, or more than `by` may give
   */
  create(by: User | undefined, input: NewApp): Promise<{ readonly app: App; readonly clientSecret: string | undefined }>
  /** @throws {NotFound} {InvalidInput} */
  update(by: User, id: string, changes: AppChanges): Promise<App>
  /** Gives it its own value of a setting of any plugin. @throws {NotFound} {InvalidInput} */
  setSetting<Value>(by: User, id: string, declaration: Setting<Value>, value: Value): Promise<App>
  /**
   * Gives it another `client_id`; the one that it had is nobody's from now on. Its tokens stay, but for those that name it by
   * the one before: this server's own JWTs.
   *
   * @throws {NotFound}
   */
  resetClientId(by: User, id: string): Promise<App>
  /** Its secrets stop working and its tokens end. @throws {NotFound} */
  remove(by: User, id: string): Promise<void>
  /** @param overlapSeconds how long the present secrets go on working. Defaults to 86,400. @throws {NotFound} {InvalidInput} */
  rotateSecret(by: User, id: string, overlapSeconds?: number): Promise<string>
  /** @throws {InvalidClient} when the app is unknown or does not prove who it is (RFC 6749 §2.3) */
  authenticate(credentials: PresentedCredentials): Promise<App>
}

/** Writes into the plugin's own tables what lets a user sign in; may run more than once, because a deadlock repeats it. */
export type OwnEnrolment<Tables = unknown> = (trx: Kysely<Tables>, userId: string) => Promise<void>

export interface CreateUserInput {
  readonly username: string
  /** Defaults to `user`. */
  readonly role?: User['role'] | undefined
  /** Part of their profile, and not verified by being told. */
  readonly email?: string | undefined
  /** The id of who is answerable for it, for the audit. Left out: they themselves. */
  readonly createdBy?: string | undefined
}

export interface UserVerbs<Tables = unknown> {
  find(id: string): Promise<User | undefined>
  /** How an app knows them: the `sub` of every token that it is given, whichever plugin makes it. */
  subject(app: App, userId: string): Promise<string>
  /** The names of all claims that plugins tell, with the scope that asks for each. */
  readonly claimScopes: ReadonlyMap<string, string | undefined>
  /**
   * What the plugins of this server tell of a user, by the names of the claims: all that the scopes ask for, and what is
   * asked for by name. Make sure first that the user lets the app know.
   */
  claims(
    userId: string,
    asked: { readonly scopes: readonly string[]; readonly names: readonly string[] },
  ): Promise<Readonly<Record<string, unknown>>>
  /** What is known of them beyond their name, for the standard claims; undefined where there is no such user. */
  profile(userId: string): Promise<Profile | undefined>
  /** By user name as people type it: case and width do not matter. */
  findByName(username: string): Promise<User | undefined>
  /**
   * The name as it would be stored, if somebody could have it from now on.
   *
   * @throws {InvalidInput} when it is taken or not a user name
   */
  checkNewName(username: string): Promise<string>
  /**
   * An email address as it would be stored; undefined for a blank one.
   *
   * @throws {InvalidInput} when it is no address
   */
  checkEmail(email: string): string | undefined
  /**
   * Makes a user, in one transaction with what the plugin writes for them: what `enrol` throws leaves no user either.
   *
   * @throws {InvalidInput} when the name is taken or not a user name, or the email is no address
   */
  create(input: CreateUserInput, enrol?: OwnEnrolment<Tables>): Promise<User>
  /** Changes whenever how the user signs in does. To be read before they prove who they are. */
  signInVersion(userId: string): Promise<number | undefined>
  /**
   * Changes how a user signs in. Whoever could sign in before is out: all sessions end but the one to keep, and no browser
   * is known any more. Make sure first who asks: see {@link Operations.verifyUser}.
   *
   * @param options.signInVersion what {@link signInVersion} answered before that proof
   * @throws {SignInAgain} when it changed since: what was proved proves nothing any more
   */
  changeSignIn(
    userId: string,
    enrol: OwnEnrolment<Tables>,
    options?: { readonly keptSessionId?: string; readonly signInVersion?: number | undefined },
  ): Promise<void>
}

/** Secrets that core recognises by their first letters, in logs and everywhere else. */
export interface SecretVerbs {
  /** Makes one to hand out once. Store the key alone: a time and a hash, for a column of the type `key`. */
  mint(kind: 'appSecret' | 'invitation'): { readonly plain: string; readonly key: Buffer }
  /** The key of one that was presented; undefined for what cannot be one of this kind. */
  keyOf(kind: 'appSecret' | 'invitation', plain: string): Buffer | undefined
  /**
   * What a text that is too short for a plain hash (a code that people type) is stored and found by, for columns of the
   * type `hash`: whoever has the database alone cannot find the text by trying all. Store the first, look for any of them:
   * this server may have several secrets.
   */
  digests(text: string): readonly [Buffer, ...Buffer[]]
  /**
   * Encrypts what the plugin must be able to read again.
   *
   * @param context where it belongs, such as the key of its row in hex: it opens nowhere else
   */
  seal(text: string, context: string): Buffer
  /** What was sealed; undefined where it was changed, moved, or sealed with a secret that this server has no more. */
  unseal(sealed: Uint8Array, context: string): string | undefined
}

/** Names that only this server can make, and that are the same for ever. */
export interface NameVerbs {
  /**
   * HMAC-SHA256 of a text under a key of the plugin and the purpose: 43 characters of base64url, on every node and after
   * every rotation of a secret the same. Nobody can go back from it to the text, or tell that two of them belong together.
   */
  derive(purpose: string, text: string): string
}

/** What a token request needs to say, whoever parsed it. */
export interface TokenRequest {
  readonly grantType: string
  readonly params: RawParams
  readonly credentials: PresentedCredentials
  readonly request: RequestFacts
  /** Shorter than these tokens would live, never longer. */
  readonly expiresInSeconds?: number
}

/** What goes back to an app through the browser, and how. */
export interface AuthorizationAnswer {
  /** Verified: it is one of the app's own. */
  readonly redirectUri: string
  readonly responseMode: string
  readonly members: Readonly<Record<string, string>>
}

/** What became of an authorize request. */
export type Authorization =
  /** A person has to decide, by the handle. */
  | { readonly status: 'opened'; readonly handle: string; readonly approveUrl: URL }
  /** It was decided before, or is refused: the app hears of it now. */
  | { readonly status: 'answered'; readonly answer: AuthorizationAnswer }
  /** The answer is a mistake, and nobody is signed in: a person takes it to the app, or not. */
  | { readonly status: 'withheld'; readonly answer: AuthorizationAnswer }

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

/** A user with the session that they are signed in by. */
export interface SignedInUser {
  readonly token: string
  readonly session: Session
  readonly user: User
  /** The name that they signed in under, where the sign-in has one. */
  readonly account?: string | undefined
}

/** Operations of core that a plugin may call: the same that GraphQL and REST call. */
export interface Operations {
  exchangeToken(request: TokenRequest): Promise<TokenSet>
  /**
   * Opens an approval for an app that asks through the browser, as `/oauth/authorize` does.
   *
   * @param params by the standard's names
   * @throws {OAuthError} where there is nobody to answer to: it must never become a redirect (RFC 6749 §4.1.2.1)
   */
  authorize(params: RawParams, request: RequestFacts): Promise<Authorization>
  /**
   * Checks an authorize request as {@link authorize} does, before anybody is sent here with it. Opens nothing.
   *
   * @param app who sends it: it must be the app of the request
   * @returns further parameters that the request is to be kept with, of what plugins found beside those that were sent
   * @throws {InvalidRequest} {UnauthorizedClient} {InvalidScope} {UnsupportedResponseType} and what plugins declare
   * @see RFC 9126 §2.1
   */
  checkAuthorizeRequest(app: App, params: RawParams, request: RequestFacts): Promise<Readonly<Record<string, string>>>
  /**
   * Runs a declared operation of any plugin, as its REST endpoint and its GraphQL mutation do: `revokeToken`, `userInfo`.
   *
   * @param mutation the operation's GraphQL name
   * @param call parameters by their wire names
   * @returns the result by the names of its declaration
   * @throws {NotFound} where this server has no such operation; what it declares
   */
  run(
    mutation: string,
    call: { readonly params: RawParams; readonly credentials: PresentedCredentials; readonly request: RequestFacts },
  ): Promise<Readonly<Record<string, unknown>>>
  /**
   * Signs a user in by one of this server's sign-ins.
   *
   * @throws {InvalidCredentials} when they do not prove who they are
   */
  signIn(signInId: string, params: RawParams, request: RequestFacts): Promise<SignedInUser>
  /** Whether people may make accounts for themselves by one of this server's sign-ins. */
  maySignUp(signInId: string): boolean
  /**
   * Makes an account for whoever asks, by one of this server's sign-ins, and signs them in.
   *
   * @param params those of the sign-in, and `email`, which may be left out
   * @throws {NotFound} where that sign-in makes no accounts
   * @throws {InvalidInput} {InvalidRequest} {TooManyAttempts} and what the plugin of the sign-in declares
   */
  signUp(signInId: string, params: RawParams, request: RequestFacts): Promise<SignedInUser>
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

/** What happened in a plugin, for the audit log. */
export interface PluginAuditEvent {
  /** What, in kebab-case. It is recorded as `<plugin id>/<kind>`, of at most 64 characters. */
  readonly kind: string
  readonly appId?: string | undefined
  readonly userId?: string | undefined
  /** JSON that is worth knowing beside. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>
}

export interface AuditVerbs<Tables = unknown> {
  /**
   * Puts an event on record; resolves when it is durable. Given a transaction of {@link PluginContext.transaction}, it is
   * recorded if and only if that commits. Where a request is in hand, the event names it.
   */
  write(event: PluginAuditEvent, trx?: Kysely<Tables>): Promise<void>
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

/** An API that tokens can be for. */
export interface Resource {
  /** Absolute: `aud` of the tokens. */
  readonly uri: string
  /** What people know it by. */
  readonly name: string
  /** Scopes that are for it alone. */
  readonly scopes: readonly string[]
}

export interface ResourceVerbs {
  /** All of them: declared by the configuration and plugins, spoken of by scopes, and the default audience. */
  list(): readonly Resource[]
  /** The one that a URI names; the normal form of URLs is enough (`https://api.example` for `https://api.example/`). */
  find(uri: string): Resource | undefined
  /** What scopes are for by themselves: their resources, or the default audience. */
  ofScopes(app: App, scopes: readonly string[]): readonly string[]
  /** The scopes that are good at one of these resources: of theirs, and of none in particular. */
  goodScopes(app: App, scopes: readonly string[], resources: readonly string[]): readonly string[]
}

/** What every function of a plugin is given. Core's tables and keys are not in it: they are asked by verb. */
export interface PluginContext<Tables = unknown> extends OutgoingVerbs {
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
  /** Whether an insert failed because the key is taken: so of all who insert it at once, one is first. */
  isDuplicateKey(error: unknown): boolean
  /**
   * Uses something up that must not be used twice, such as the `jti` of a proof: of all who try, on every node, one is told
   * true.
   *
   * @param purpose what it is used for, among what this plugin has; the same text may be used once for each
   * @param until when it is over anyway, and can be forgotten
   */
  useOnce(purpose: string, text: string, until: Date): Promise<boolean>
  readonly approvals: ApprovalVerbs
  readonly apps: AppVerbs
  readonly users: UserVerbs<Tables>
  readonly sessions: SessionVerbs
  readonly tokens: TokenVerbs
  readonly resources: ResourceVerbs
  readonly secrets: SecretVerbs
  readonly names: NameVerbs
  readonly outbox: OutboxVerbs<Tables>
  readonly audit: AuditVerbs<Tables>
  readonly operations: Operations
}

/** A context that belongs to one request. */
export interface RequestContext<Tables = unknown> extends PluginContext<Tables> {
  readonly request: RequestFacts
  /**
   * Whether the request may use an access token that came with it: it proves to hold the key that the token is bound to, or
   * the token is bound to none and came as `Bearer` or in a body (RFC 9449 §7). Declared errors of proofs are thrown.
   */
  mayPresent(token: ActiveToken): Promise<boolean>
  /** Adds a header to whatever the request is answered with, an error or not, over REST and over GraphQL. */
  addAnswerHeader(name: string, value: string): void
  /**
   * Counts what the request is about to do against its network, before any work: for what writes or computes something
   * for people who have not proved who they are.
   *
   * @param limit one that the plugin declares
   * @throws {TooManyAttempts} when the network has done it too often
   */
  countByNetwork(limit: NetworkLimit): Promise<void>
  /**
   * Looks up a short code that a signed-in user typed. The try is counted before `find` is called, against the user, their
   * network and everybody; what leads somewhere is taken off again.
   *
   * @param find answers undefined for what leads nowhere
   * @throws {TooManyAttempts} when too many led nowhere, whether or not this one is right
   * @see RFC 8628 §5.1
   */
  lookUpTyped<Found>(
    by: { readonly userId: string },
    find: () => Promise<Found | undefined>,
  ): Promise<Found | undefined>
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

/** What `run` of a declared operation is given. */
export interface RunContext<Tables = unknown> extends OperationContext<Tables> {
  /** The parameters as they were sent, without those by which the app proves who it is. */
  readonly sent: RawParams
}

/** What `exchange` of a grant is given. */
export interface GrantContext<Tables = unknown> extends OperationContext<Tables> {
  readonly approvals: GrantApprovalVerbs
  readonly tokens: GrantTokenVerbs
  /** What binds everything that is issued to a key, as its `cnf` says: `{ jkt: '…' }`. Undefined where nothing does. */
  readonly confirmation: Readonly<Record<string, string>> | undefined
  /** A redemption over the plugin's own tables: `redeem` answers true for exactly one caller. */
  redemption(redeem: (trx: Kysely<Tables>) => Promise<boolean>, lost: AnyErrorClass): Redemption
}
