import type { Kysely } from 'kysely'
import type { Approval } from '../approvals/approval.ts'
import type { App } from '../apps/app.ts'
import type { AnyErrorClass, OAuthError } from '../errors/oauth-error.ts'
import type { ColumnTypes } from '../storage/dialect.ts'
import type { Profile } from '../users/profile.ts'
import type { Session, User } from '../users/user.ts'
import type {
  AuthorizationAnswer,
  ClaimableApproval,
  GrantContext,
  PluginContext,
  RequestContext,
  SignedInUser,
} from './context.ts'
import type { Issuance } from './issuance.ts'
import type { Params, ParamValues } from './param.ts'
import type { RawParams, RequestFacts } from './request.ts'
import type { Setting } from './setting.ts'

export type { ColumnTypes as MigrationColumns } from '../storage/dialect.ts'

/** A table or a column of a plugin. Names are local; a table must begin with the plugin's id in snake_case. */
export interface PluginMigration {
  /** Runs once a database, and must bear to run again after it was cut off. One DDL step: MySQL rolls none back. */
  // biome-ignore lint/suspicious/noExplicitAny: a migration speaks of tables that no type describes yet
  up(db: Kysely<any>, columns: ColumnTypes): Promise<void>
}

/** Parameters that a plugin adds to every grant, and what they do to an issuance: RFC 8707 `resource`. */
export interface TokenParams<P extends Params = Params, Tables = unknown> {
  readonly id: string
  readonly params: P
  /** Answers the issuance as it shall be. @throws what the plugin declares */
  apply(ctx: GrantContext<Tables>, issuance: Issuance, values: ParamValues<P>): Promise<Issuance>
}

/**
 * Parameters that a plugin adds to every authorize request, what the approval and all that comes of it remembers of them, and
 * what they demand of the session of who decides: OpenID Connect's `claims`, `acr_values`, `id_token_hint`.
 */
export interface AuthorizeParams<P extends Params = Params, Tables = unknown, Asked = unknown> {
  /** Under this name the approval, the issuance and the token family give back what {@link read} answered, as `asked[id]`. */
  readonly id: string
  readonly params: P
  /** Everything that {@link read} may throw beyond the base set; the app is answered with it. */
  readonly errors?: readonly AnyErrorClass[]
  /** Checks the values, and answers what shall be remembered: JSON, or undefined for nothing. */
  read(ctx: RequestContext<Tables>, input: AuthorizeInput, values: ParamValues<P>): Promise<Asked | undefined>
  /**
   * The same where a declared operation opens an approval, and nobody is sent anywhere: for a device, for a code that is shown.
   * Left out: such requests have none of these parameters.
   */
  readWithoutRedirect?(
    ctx: RequestContext<Tables>,
    input: Pick<AuthorizeInput, 'app' | 'scopes' | 'params'>,
    values: ParamValues<P>,
  ): Promise<Asked | undefined>
  /**
   * What an app that pushed its request said beside the parameters, as parameters that the request is kept with: a proof in a
   * header. Left out: nothing.
   *
   * @see RFC 9449 §10.1
   */
  pushed?(ctx: RequestContext<Tables>, values: ParamValues<P>): Promise<Readonly<Record<string, string>>>
  /**
   * Whether who is signed in will do: undefined, or an error. Its message is shown to the person, who may sign in as somebody
   * else or otherwise; the app gets it where they go back, and `login_required` with `prompt=none`. Asked for wherever something
   * was remembered. Left out: everybody will.
   */
  refuses?(
    ctx: PluginContext<Tables>,
    asked: Asked,
    by: { readonly app: App; readonly session: Session; readonly user: User },
  ): Promise<OAuthError | undefined>
  /** The resources that are asked for by name (RFC 8707 §2): the scopes may be of several then. Left out: none. */
  resources?(asked: Asked): readonly string[]
  /** What it asks for beyond the scopes. Where it says something, the person is asked each time, and shown this. */
  describe?(ctx: PluginContext<Tables>, asked: Asked): readonly ApprovalLine[]
}

/** How apps know users: the `sub` of every token, of introspection and of userinfo. A server has one at most. */
export interface SubjectSource<Tables = unknown> {
  /** The same answer each time for the same app and user, and never one that it gave for somebody else. */
  subjectOf(ctx: PluginContext<Tables>, app: App, userId: string): Promise<string>
}

/** Claims about users, told to an app that was given a scope for them or asked for them by name (OpenID Connect Core §5). */
export interface UserClaims<Tables = unknown> {
  /** The scope that asks for all of them. Left out: they are told only where asked for by name. */
  readonly scope?: string
  /** The names of all that it may tell. */
  readonly names: readonly string[]
  /** What is known; a claim about which nothing is known is left out. */
  claimsOf(ctx: PluginContext<Tables>, user: User, profile: Profile): Promise<Readonly<Record<string, unknown>>>
}

/** Where the parameters of an authorize request may come from: a request object, a pushed `request_uri`. */
export interface RequestSource<Tables = unknown> {
  readonly id: string
  /** What an app is told to ask by, in a sentence. Defaults to the id. */
  readonly label?: string
  recognises(params: RawParams): boolean
  /** Whether an app asks by this source alone. Left out: none does. */
  isRequired?(ctx: PluginContext<Tables>, app: App): boolean
  /**
   * Answers the parameters that count from here on; one that may be repeated as a list. `client_id` must be the one that was
   * sent. What it throws is shown to the person, and never becomes a redirect.
   */
  load(ctx: RequestContext<Tables>, params: RawParams): Promise<Readonly<Record<string, string | readonly string[]>>>
}

export interface AuthorizeInput {
  readonly app: App
  /** Where the answer goes: one that the app registered. */
  readonly redirectUri: string
  /** The redirect URI that the request named; undefined where it named none and the app has just one. */
  readonly sentRedirectUri: string | undefined
  readonly scopes: readonly string[]
  /** By the app's consent setting nobody is asked: what no scope covers, nobody was shown. */
  readonly asksNobody: boolean
  readonly params: RawParams
}

/** A `response_type` of the authorization endpoint (RFC 6749 §3.1.1). */
export interface ResponseType<Tables = unknown> {
  readonly responseType: string
  /** The grant type that an app needs for it, and that claims what it opens. */
  readonly grantType: string
  /** OAuth 2.1 has left it behind: the rule of legacy grants holds for `grantType`, which the token endpoint need not know. */
  readonly legacy?: boolean
  readonly defaultMode: 'query' | 'fragment'
  /** Parameters of its own, for GraphQL and documents; {@link open} reads them. Defaults to none. */
  readonly params?: Params
  /** Seconds that what comes of a yes can be claimed. */
  readonly ttlSeconds:
    | number
    | ((ctx: PluginContext<Tables>, to: { readonly app: App; readonly redirectUri: string }) => number)
  /** When a person is asked: `remember` what they said yes to, `always` ask, or `never` (an app of the house). Left out: always. */
  readonly consent?: Setting<'remember' | 'always' | 'never'>
  /** Checks its own parameters and answers what the approval shall remember. */
  open(ctx: RequestContext<Tables>, input: AuthorizeInput): Promise<Readonly<Record<string, unknown>>>
  /** The members of the response after a yes; `code` is the approval's own. */
  complete(ctx: RequestContext<Tables>, approval: Approval, code: string): Promise<Readonly<Record<string, string>>>
  /** Tokens that are given by the redirect itself: core mints them and adds the members of a token response. */
  issues?(ctx: RequestContext<Tables>, approval: ClaimableApproval): Promise<Issuance>
}

/** A `response_mode`: how the response reaches the app. */
export interface ResponseMode {
  readonly mode: string
  /** Whether a browser can take a response there in this mode; where not, nobody can ask for it. Left out: anywhere. */
  reaches?(redirectUri: string): boolean
  respond(redirectUri: string, members: Readonly<Record<string, string>>): Response
  /**
   * The fields of a form by which a person posts the same answer to the redirect URI: a mistake reaches an app by nothing
   * else while nobody is signed in (RFC 9700 §4.11.2), and GraphQL gives them. Left out: it does not reach the app then, and
   * nobody decides over GraphQL.
   */
  fields?(members: Readonly<Record<string, string>>): Readonly<Record<string, string>>
}

/** A way for an app to prove who it is, wherever apps do. */
export interface ClientAuthMethod<Tables = unknown> {
  /** The name in metadata: `private_key_jwt`. */
  readonly method: string
  /**
   * The parameters that it reads beside `client_id`: they are in the input of every GraphQL mutation in which apps
   * authenticate. Methods of one plugin may share them. Left out: none, for what comes by a header.
   */
  readonly params?: Params
  /** What it verifies signatures by, for metadata. Left out: nothing is signed. */
  readonly signingAlgorithms?: readonly string[]
  recognises(params: RawParams, request: RequestFacts): boolean
  /** Answers the `client_id` that was proved; core checks that it is the one that was sent, if one was. @throws {InvalidClient} */
  authenticate(ctx: RequestContext<Tables>, params: RawParams): Promise<string>
}

/** Apps that are not rows: a client ID metadata document. */
export interface AppResolver<Tables = unknown> {
  readonly id: string
  recognises(clientId: string): boolean
  resolve(ctx: PluginContext<Tables>, clientId: string): Promise<App | undefined>
}

/** A proof of possession on the request that binds whatever is issued (RFC 9449, RFC 8705). */
export interface SenderConstraint<Tables = unknown> {
  readonly id: string
  /** The token type of what is bound: `DPoP`. */
  readonly tokenType: string
  /** The member of `cnf` that it sets: `jkt`. */
  readonly confirmation: string
  /**
   * The value of that member; undefined where the request carries no such proof.
   *
   * @param by.app which asks for a token; undefined where a token is presented
   * @param by.accessToken which is presented under the scheme of the token type; undefined where one is asked for
   * @throws what the plugin declares where the proof is wrong, or where the app has to bring one
   */
  constrain(
    ctx: RequestContext<Tables>,
    by: { readonly app?: App; readonly accessToken?: string },
  ): Promise<string | undefined>
}

/** A row on the sign-in page, and what it takes. */
export interface SignIn<P extends Params = Params, Tables = unknown> {
  readonly id: string
  readonly label: string
  readonly params: P
  /** The parameter that names who signs in: failures are counted by it and by the network. Left out: by the network alone. */
  readonly account?: keyof P & string
  /**
   * Something in it can be guessed, so too many failures make others wait. Defaults to true; `false` is for signatures and
   * secrets of at least 128 random bits.
   */
  readonly isGuessable?: boolean
  /** How it proves who somebody is, for documents (RFC 8176): what {@link verify} answers. */
  readonly methods?: readonly string[]
  /** Whether the sign-in page shows it now. Left out: always. */
  isOffered?(ctx: PluginContext<Tables>): boolean
  /**
   * JavaScript of the sign-in page, for what nobody can type. The form is then hidden, and its parameters are hidden fields:
   * the script finds it as `form[data-sign-in="<id>"]`, shows it where the browser can do it, and fills it in.
   */
  readonly script?: string
  /** Answers who it is and how that was proved; undefined where it was not. */
  verify(
    ctx: RequestContext<Tables>,
    values: ParamValues<P>,
  ): Promise<{ readonly userId: string; readonly methods: readonly string[] } | undefined>
  /**
   * Prepares that a user signs in by these values from now on, and answers the write that makes it so; core runs it in
   * the transaction that makes or changes the user. Left out where a person can only do so alone (a passkey).
   *
   * @throws {InvalidInput} when the values are not good enough
   */
  enroll?(ctx: PluginContext<Tables>, values: Partial<ParamValues<P>>): Promise<Enrolment>
  /** How people make accounts for themselves that they sign in to by this. Left out: they cannot. */
  readonly signUp?: SignUp<P, Tables>
}

export interface SignUp<P extends Params = Params, Tables = unknown> {
  /** Whether everybody may now. */
  isOpen(ctx: PluginContext<Tables>): boolean
  /**
   * Makes the account and signs its owner in.
   *
   * @throws {InvalidInput} {TooManyAttempts} and what the plugin declares, where it is closed
   */
  run(
    ctx: RequestContext<Tables>,
    values: ParamValues<P> & { readonly email: string | undefined },
  ): Promise<SignedInUser>
}

/** Writes an enrolment; may run more than once, because a deadlock repeats the transaction. */
// biome-ignore lint/suspicious/noExplicitAny: core hands its own transaction to a plugin that knows only its own tables
export type Enrolment = (trx: Kysely<any>, userId: string) => Promise<void>

/** A sentence, or a fact under its name: `{ term: 'Asked from', text: '203.0.113.7' }`. */
export type ApprovalLine = string | { readonly term: string; readonly text: string }

/** What the consent page says beside the scopes, and what a decision does, for the approvals of one grant. */
export interface ApprovalPresentation<Tables = unknown> {
  readonly grantType: string
  describe?(ctx: RequestContext<Tables>, approval: Approval): Promise<readonly ApprovalLine[]>
  /** Shown once the user has said yes. */
  readonly afterwards?: string
  /**
   * The user says yes in a browser that is not where the app runs: what is issued is of no session, and goes on when they
   * sign out of that browser. Defaults to false.
   */
  readonly outlivesSession?: boolean
}

export interface ScopeDeclaration {
  readonly name: string
  /** What it lets an app do, as the person who decides reads it. */
  readonly description: string
  /** Only an admin gives it to an app, and only an admin approves it. Defaults to false. */
  readonly adminOnly?: boolean
  /** Only an admin approves it, whoever gave it to the app. Defaults to `adminOnly`. */
  readonly adminApproves?: boolean
  /** It is about a person: a token that an app gets for itself is without it. Defaults to false. */
  readonly forUsers?: boolean
  /** Path or URL of the one resource that it is for; a token with it names that audience. */
  readonly audience?: string
}

/** An API that tokens can be for. Apps ask for it by its URI (RFC 8707 §2), or by its scopes. */
export interface ResourceDeclaration {
  /** Absolute and without a fragment, or a path of this server. It is `aud` of the tokens as it stands here. */
  readonly uri: string
  /** What people who decide know it by. */
  readonly name: string
  /** Scopes that are for it alone: no token for another resource has them. Each is of one resource. Defaults to none. */
  readonly scopes?: readonly string[]
}

/** Claims that a plugin adds to access tokens. */
export interface ClaimSource<Tables = unknown> {
  readonly names: readonly string[]
  claims(ctx: GrantContext<Tables>, issuance: Issuance): Promise<Readonly<Record<string, unknown>>>
}

/** Something that is issued beside the access token: an ID token. */
export interface TokenCompanion<Tables = unknown> {
  /** The GraphQL field of `TokenSet`, and by its snake_case form the member of the REST body. */
  readonly field: string
  readonly description: string
  /** Undefined where this issuance has none. It is signed before anything is stored. */
  issue(ctx: GrantContext<Tables>, issuance: Issuance, accessToken: string): Promise<string | undefined>
}

/** A JSON route of a plugin that no declared operation can express. */
export interface Endpoint<Tables = unknown> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** May have `:name` segments; fixed paths win over those, and those that do not begin with one over those that do. */
  readonly path: string
  readonly metadata?: string
  /** @param parameters values of the `:name` segments of the path */
  handle(ctx: RequestContext<Tables>, request: Request, parameters: Readonly<Record<string, string>>): Promise<Response>
}

/** Trusted markup: made by the `html` tag of the page context alone. */
export interface Markup {
  toString(): string
}

export interface PageContext<Tables = unknown> extends RequestContext<Tables> {
  /** The signed-in user of this browser. */
  readonly user: User | undefined
  /** Escapes every value that it interpolates. */
  html(strings: TemplateStringsArray, ...values: readonly unknown[]): Markup | Promise<Markup>
  /**
   * The page in the shared layout. Defaults to status 200.
   *
   * @param options.script JavaScript that runs as a module on this page and may ask this server: the content security
   * policy names its hash. The page must say what it is for without it, too, in a `<noscript>`.
   * @param options.mark a drawing above the heading. Left out: none, as on a page with something to fill in.
   * @param options.formEndsAt URL elsewhere to which a POST of the page's form is redirected.
   * @param options.isWide for a list beside what it lists. Defaults to false.
   * @param options.tab the whole heading of the browser's tab. Defaults to the title and the name of this server.
   * @param options.retryAfterSeconds when to try again, for 429 and 503 (RFC 9110 §10.2.3)
   */
  page(
    title: string,
    body: Markup,
    options?: {
      readonly status?: number
      readonly script?: string
      readonly mark?: PageMark
      readonly retryAfterSeconds?: number | undefined
      readonly formEndsAt?: string | undefined
      readonly isWide?: boolean
      readonly tab?: string
    },
  ): Response
  /** The hidden field that a form must carry; core refuses a POST without it. */
  readonly csrfField: Markup
  /** Signs the user of this browser out, if somebody is signed in: the session ends, and the browser forgets it. */
  signOut(): Promise<void>
  /** Whether a POST came from a form of ours, by its CSRF field. */
  readonly isFromOwnForm: boolean
  /** Values of the `:name` segments of the path. */
  readonly parameters: Readonly<Record<string, string>>
  /** What a scope lets an app do, in words; its name where nobody has any. */
  describeScope(name: string, app: App): string
  /**
   * Lets the signed-in user decide an approval, whichever way the app asked: the same as the approve page and the GraphQL
   * mutations do.
   *
   * @param by somebody who proved who they are in this very request (`operations.signIn`). Left out: who is signed in in
   * this browser.
   * @returns the answer that takes the browser back to the app; undefined where the app claims by itself
   * @throws {LoginRequired} where nobody is signed in, or the app wants somebody who signed in more recently
   * @throws {UnauthorizedClient} where the app has lost the right to it since it asked
   * @throws {NotFound} {AlreadyDecided} {ExpiredToken} {InvalidScope}
   */
  decide(
    handle: string,
    decision: PersonsDecision,
    by?: Pick<SignedInUser, 'session' | 'user'>,
  ): Promise<AuthorizationAnswer | undefined>
  /** Takes the browser back to an app, or shows what an app without a redirect is to be told. */
  answerApp(answer: AuthorizationAnswer): Response
  /**
   * Shows that an app's request ends here, with a way back to it: for an answer that `operations.authorize` withheld.
   *
   * @see RFC 9700 §4.11.2
   */
  withhold(answer: AuthorizationAnswer): Response
  /**
   * Sends the browser on to a path of this server by 303: the answer to a POST that did something. With the token of a new
   * session the browser has that one from now on, and the one that it had ends; with what `operations.signIn` answered
   * it is also known as a browser of that user.
   */
  seeOther(
    path: string,
    options?: { readonly session?: Pick<SignedInUser, 'token' | 'session'> & Partial<SignedInUser> },
  ): Response
}

/**
 * What became of it, at a glance: it succeeded, a person or the server said no, something is wrong, something is to be known,
 * or the time for it is not now.
 */
export type PageMark = 'done' | 'refused' | 'warning' | 'notice' | 'late'

/** What a person decided: the scopes that they said yes to, or no; `because`: what the app is told, `access_denied` if left out. */
export type PersonsDecision =
  | { readonly approves: readonly string[] }
  | { readonly denies: true; readonly because?: OAuthError | undefined }

/** A link that a page of core shows to a page of the plugin. That of the sign-in page adds its `return_to`. */
export interface PageLink<Tables = unknown> {
  readonly label: string
  /** Of this server. */
  readonly path: string
  /** Left out: always. */
  readonly isOffered?: (ctx: PluginContext<Tables>) => boolean
}

/** An HTML route of a plugin, in the shared layout. A POST reaches it only with a valid CSRF field, unless it says otherwise. */
export interface Page<Tables = unknown> {
  readonly method: 'GET' | 'POST'
  /** May have `:name` segments; fixed paths win over those, and those that do not begin with one over those that do. */
  readonly path: string
  /**
   * What becomes of a POST without a valid CSRF field: it is refused, or handled as if nobody were signed in, with no cookie
   * to be seen, for what other sites and programs send as well. Defaults to `refused`.
   */
  readonly withoutCsrf?: 'refused' | 'anonymous'
  handle(ctx: PageContext<Tables>, request: Request, form: RawParams): Promise<Response>
}

/** Work that one node at a time does, again and again. */
export interface Job<Tables = unknown> {
  readonly id: string
  readonly everySeconds: number
  run(ctx: PluginContext<Tables>): Promise<void>
}

/** Durable messages to the outside, delivered at least once with growing pauses. */
export interface OutboxDelivery<Tables = unknown> {
  readonly kind: string
  /** Gives up after this long. Defaults to 86,400. */
  readonly ttlSeconds?: number
  /**
   * What core stores a message of this kind for, in the very transaction in which it happens: that sessions ended, whichever
   * way, with {@link SessionsEnded} as payload. Left out: there are those alone that the plugin stores.
   */
  readonly storedWhen?: 'sessions-ended'
  /** Delivers one message, or throws to be called again later. The same message may come twice. */
  deliver(ctx: PluginContext<Tables>, payload: unknown): Promise<void>
}

/** The payload of what is stored when live sessions end: by sign-out here or elsewhere, a new password, a disabled user. */
export interface SessionsEnded {
  readonly userId: string
  /** At most 100 of them. */
  readonly sessionIds: readonly string[]
}

/** Looks, never touches: an observer that throws is logged and changes nothing. */
export interface Observers {
  tokenIssued?(event: { readonly appId: string; readonly userId: string | undefined; readonly grantType: string }): void
  tokenRevoked?(event: { readonly appId: string; readonly userId: string | undefined; readonly tokenId: string }): void
  approvalDecided?(event: { readonly approval: Approval }): void
  signedIn?(event: { readonly userId: string; readonly methods: readonly string[] }): void
  signInFailed?(event: { readonly signIn: string }): void
}
