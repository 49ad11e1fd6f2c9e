import type { Kysely } from 'kysely'
import type { Approval } from '../approvals/approval.ts'
import type { App } from '../apps/app.ts'
import type { OAuthError } from '../errors/oauth-error.ts'
import type { ColumnTypes } from '../storage/dialect.ts'
import type { Session, User } from '../users/user.ts'
import type { ClaimableApproval, GrantContext, PluginContext, RequestContext, TokenSet } from './context.ts'
import type { Issuance } from './issuance.ts'
import type { Params, ParamValues } from './param.ts'
import type { PresentedCredentials, RawParams, RequestFacts } from './request.ts'
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

/** Where the parameters of an authorize request may come from: a request object, a pushed `request_uri`. */
export interface RequestSource<Tables = unknown> {
  readonly id: string
  recognises(params: RawParams): boolean
  /** Answers the parameters that count from here on. `client_id` must be the one that was sent. */
  load(ctx: RequestContext<Tables>, params: RawParams): Promise<Readonly<Record<string, string>>>
}

export interface AuthorizeInput {
  readonly app: App
  /** Where the answer goes: one that the app registered. */
  readonly redirectUri: string
  /** The redirect URI that the request named; undefined where it named none and the app has just one. */
  readonly sentRedirectUri: string | undefined
  readonly scopes: readonly string[]
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
  readonly ttlSeconds: number
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
  respond(redirectUri: string, members: Readonly<Record<string, string>>): Response
}

/** A way for an app to prove who it is at the token endpoint. */
export interface ClientAuthMethod<Tables = unknown> {
  /** The name in metadata: `private_key_jwt`. */
  readonly method: string
  recognises(params: RawParams, request: RequestFacts): boolean
  /** Answers the `client_id` that was proved. @throws {InvalidClient} */
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
  /** The value of that member; undefined where the request carries no such proof. @throws what the plugin declares where the proof is wrong */
  constrain(ctx: RequestContext<Tables>): Promise<string | undefined>
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
}

/** Writes an enrolment; may run more than once, because a deadlock repeats the transaction. */
// biome-ignore lint/suspicious/noExplicitAny: core hands its own transaction to a plugin that knows only its own tables
export type Enrolment = (trx: Kysely<any>, userId: string) => Promise<void>

/** What the consent page says beside the scopes, and what a decision does, for the approvals of one grant. */
export interface ApprovalPresentation<Tables = unknown> {
  readonly grantType: string
  describe?(ctx: PluginContext<Tables>, approval: Approval): Promise<readonly string[]>
  /** Shown once the user has said yes. */
  readonly afterwards?: string
}

export interface ScopeDeclaration {
  readonly name: string
  /** What it lets an app do, as the person who decides reads it. */
  readonly description: string
  /** Only an admin gives it to an app, and only an admin approves it. Defaults to false. */
  readonly adminOnly?: boolean
  /** Path or URL of the one resource that it is for; a token with it names that audience. */
  readonly audience?: string
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
  readonly path: string
  readonly metadata?: string
  handle(ctx: RequestContext<Tables>, request: Request): Promise<Response>
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
   * policy names its hash. The page must say what it is for without it, too.
   */
  page(title: string, body: Markup, options?: { readonly status?: number; readonly script?: string }): Response
  /** The hidden field that a form must carry; core refuses a POST without it. */
  readonly csrfField: Markup
  /** Values of the `:name` segments of the path. */
  readonly parameters: Readonly<Record<string, string>>
  /**
   * Sends the browser on to a path of this server by 303: the answer to a POST that did something. With the token of a new
   * session the browser has that one from now on, and the one that it had ends.
   */
  seeOther(
    path: string,
    options?: { readonly session?: { readonly token: string; readonly session: Session } },
  ): Response
}

/** A link that a page of core shows to a page of the plugin. That of the sign-in page adds its `return_to`. */
export interface PageLink<Tables = unknown> {
  readonly label: string
  /** Of this server. */
  readonly path: string
  /** Left out: always. */
  readonly isOffered?: (ctx: PluginContext<Tables>) => boolean
}

/** An HTML route of a plugin, in the shared layout. A POST reaches it only with a valid CSRF field. */
export interface Page<Tables = unknown> {
  readonly method: 'GET' | 'POST'
  readonly path: string
  handle(ctx: PageContext<Tables>, request: Request, form: RawParams): Promise<Response>
}

/** How one path of the standard looks in another system's wire format. */
export interface SharedEndpoint<Tables = unknown> {
  /** Reads the request as that system's clients write it. */
  parse(ctx: RequestContext<Tables>, request: Request): Promise<DialectTokenRequest>
  render(ctx: RequestContext<Tables>, outcome: { readonly tokens: TokenSet } | { readonly error: OAuthError }): Response
}

export interface DialectTokenRequest {
  readonly grantType: string
  readonly params: RawParams
  readonly credentials: PresentedCredentials
}

/** Somebody else's wire format over our operations. */
export interface Dialect<Tables = unknown> {
  readonly id: string
  /** Claims a request that names no app we know. Two dialects that claim the same request: the standard answers. */
  recognises?(request: RequestFacts, params: RawParams): boolean
  /** Paths of the standard that its apps share, by path. */
  readonly shares?: Readonly<Record<string, SharedEndpoint<Tables>>>
  /** Ids and secrets in that system's shape. Left out: ours. */
  mintClientId?(ctx: PluginContext<Tables>): Promise<string> | string
  mintClientSecret?(ctx: PluginContext<Tables>): Promise<string> | string
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
  /** Delivers one message, or throws to be called again later. The same message may come twice. */
  deliver(ctx: PluginContext<Tables>, payload: unknown): Promise<void>
}

/** Looks, never touches: an observer that throws is logged and changes nothing. */
export interface Observers {
  tokenIssued?(event: { readonly appId: string; readonly userId: string | undefined; readonly grantType: string }): void
  tokenRevoked?(event: { readonly appId: string; readonly userId: string | undefined; readonly tokenId: string }): void
  approvalDecided?(event: { readonly approval: Approval }): void
  signedIn?(event: { readonly userId: string; readonly methods: readonly string[] }): void
  signInFailed?(event: { readonly signIn: string }): void
}
