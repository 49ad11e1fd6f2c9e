import type { AnyErrorClass } from '../errors/oauth-error.ts'
import type { RunContext } from './context.ts'
import type { ClientAuthPolicy } from './define-grant.ts'
import type { Fields, FieldValues } from './field.ts'
import type { NetworkLimit } from './limit.ts'
import type { Params, ParamValues } from './param.ts'

export interface OperationDefinition<Tables, P extends Params, F extends Fields> {
  /** The GraphQL mutation, verb first. Left out: REST alone. */
  readonly mutation?: string
  /** The path of the REST twin, `POST` with a form. Left out: GraphQL alone. */
  readonly path?: string
  readonly spec: string
  readonly description: string
  readonly clientAuth: ClientAuthPolicy
  /** The app must have this grant. */
  readonly grantType?: string
  /**
   * How often a network may run it without a proof: as a public app, or as nobody in particular where `clientAuth` is
   * `none`. One of the plugin's `limits`. Left out: it is not counted.
   */
  readonly limit?: NetworkLimit
  /**
   * It takes an authorize request: over REST whatever is sent, over GraphQL what core and plugins declare of one. `ctx.sent`
   * holds it. Defaults to false.
   */
  readonly takesAuthorizeRequest?: boolean
  /** An access token is presented to it: it asks `ctx.mayPresent`, and what is wrong with a proof comes out. Defaults to false. */
  readonly takesAccessToken?: boolean
  /**
   * It opens an approval: it takes the parameters that plugins add to those as well, and hands `ctx.sent` to
   * `ctx.approvals.open`. Defaults to false.
   */
  readonly opensApproval?: boolean
  /** The status of a REST answer. Defaults to 200. */
  readonly status?: 200 | 201
  /** Name of the metadata member that publishes the path (RFC 8414): `revocation_endpoint`. */
  readonly metadata?: string
  readonly params: P
  /** Everything that `run` may throw beyond `invalid_request`, `invalid_client` and `unauthorized_client`. */
  readonly errors: readonly AnyErrorClass[]
  /** The GraphQL type of the result. */
  readonly resultType: string
  /** The members of the result. Where there are none, REST answers 200 with an empty object. */
  readonly result: F
  run(ctx: RunContext<Tables>, params: ParamValues<P>): Promise<FieldValues<F>>
}

/** An operation as the registry knows it. */
export interface PluginOperation extends Omit<OperationDefinition<unknown, Params, Fields>, 'run'> {
  // biome-ignore lint/suspicious/noExplicitAny: erased here; defineOperation has checked it against its own parameters
  run(ctx: RunContext<any>, params: any): Promise<Record<string, unknown>>
}

/**
 * Declares one verb of a plugin. From the declaration follow a GraphQL mutation with its input and result union, a REST
 * endpoint with the same parameters and errors, and its documentation.
 */
export function defineOperation<Tables = unknown>() {
  return <const P extends Params, const F extends Fields>(
    definition: OperationDefinition<Tables, P, F>,
  ): PluginOperation => definition as unknown as PluginOperation
}
