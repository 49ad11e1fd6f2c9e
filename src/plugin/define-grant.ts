import type { AnyErrorClass } from '../errors/oauth-error.ts'
import type { GrantContext } from './context.ts'
import type { Issuance, RepeatedAnswer } from './issuance.ts'
import type { Params, ParamValues } from './param.ts'
import type { Setting } from './setting.ts'

/** `required`: the app proves who it is. `public-allowed`: a public app names itself. `none`: no app is involved. */
export type ClientAuthPolicy = 'required' | 'public-allowed' | 'none'

/** How long refresh tokens live, as settings of the plugin that redeems them. */
export interface RefreshPolicy {
  /** Seconds for which a refresh token can lie unused. */
  readonly idleSeconds: Setting<number>
  /** Seconds after which nothing that descends from one approval can be refreshed. */
  readonly absoluteSeconds: Setting<number>
  /** The scope without which no refresh token is given; empty for none. Left out: none. */
  readonly neededScope?: Setting<string>
}

export interface GrantDefinition<Tables, P extends Params> {
  /** The RFC's name or an absolute URI (RFC 6749 §4.5). */
  readonly grantType: string
  /** The GraphQL field: a verb that a person would say. */
  readonly mutation: string
  /** Where it is defined: `RFC 6749 §4.4`. */
  readonly spec: string
  /** One sentence for the schema and the docs. */
  readonly description: string
  readonly clientAuth: 'required' | 'public-allowed'
  /** A user takes part in it. A bot never has such a grant. Defaults to false. */
  readonly forUsers?: boolean
  /** An app's owner may turn it on. Defaults to true; `false` leaves it to an admin. */
  readonly selfService?: boolean
  /**
   * OAuth 2.1 has left it behind. An app has it only where its owner turned it on and an admin gave the app the privilege
   * `legacy-grants`; metadata does not offer it. Defaults to false.
   */
  readonly legacy?: boolean
  /** It redeems refresh tokens, so that apps which have it are given some, and how long those live. */
  readonly refreshes?: RefreshPolicy
  readonly params: P
  /** Everything that `exchange` may throw beyond the base set of token errors. */
  readonly errors: readonly AnyErrorClass[]
  /**
   * Decides what is issued. Core has authenticated the app, checked that it has this grant and parsed the parameters;
   * core mints, signs and stores afterwards. It must not write what the issuance pays with: that is `redeems`.
   */
  exchange(ctx: GrantContext<Tables>, params: ParamValues<P>): Promise<Issuance | RepeatedAnswer>
}

declare const TABLES: unique symbol

/** A grant as the registry knows it. */
export interface Grant extends Omit<GrantDefinition<unknown, Params>, 'exchange'> {
  readonly [TABLES]?: never
  // biome-ignore lint/suspicious/noExplicitAny: erased here; defineGrant has checked it against its own parameters
  exchange(ctx: GrantContext<any>, params: any): Promise<Issuance | RepeatedAnswer>
}

/**
 * Declares a grant: the handler of one `grant_type`.
 *
 * @example
 * export const grant = defineGrant()({
 *   grantType: 'client_credentials', mutation: 'clientCredentials', spec: 'RFC 6749 §4.4',
 *   description: 'An app gets a token for itself.', clientAuth: 'required',
 *   params: { scopes: param.scopes({ description: 'What the token may do.' }) }, errors: [],
 *   exchange: async (ctx, { scopes }) => ({ subject: { appOnly: true }, scopes: ctx.narrowScopes(scopes) }),
 * })
 */
export function defineGrant<Tables = unknown>() {
  return <const P extends Params>(definition: GrantDefinition<Tables, P>): Grant => definition as unknown as Grant
}
