import type { AnyErrorClass } from '../errors/oauth-error.ts'
import type { PluginOperation } from '../plugin/define-operation.ts'
import { type Params, param } from '../plugin/param.ts'
import type { Registry } from './registry.ts'

/** What core reads of an authorize request, beside the app that asks (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1). */
const CORE_PARAMS = {
  responseType: param.string({ description: 'What shall come back: code.' }),
  redirectUri: param.string({
    description: 'Where the answer goes. Left out: the one that the app registered, where it is the only one.',
    optional: true,
  }),
  scopes: param.scopes({ description: 'What the app asks for. Left out: all that it may have.' }),
  state: param.string({ description: 'Comes back as it is.', optional: true }),
  responseMode: param.string({ description: 'How the answer goes back: query, form_post.', optional: true }),
  prompt: param.string({ description: 'How the person is asked: none, login, consent.', optional: true }),
  maxAge: param.integer({ description: 'Seconds ago that the person may have signed in at most.', optional: true }),
  loginHint: param.string({ description: 'Who is likely to sign in.', optional: true }),
} satisfies Params

/** What core and other plugins add to a declared operation: parameters, and what may be wrong with them. */
export interface AddedParams {
  readonly params: Params
  readonly errors: readonly AnyErrorClass[]
}

/** The parameters of an authorize request, or of one for an approval, where the operation takes them. */
export function addedParams(
  { responseTypes, authorizeParams }: Pick<Registry, 'responseTypes' | 'authorizeParams'>,
  {
    takesAuthorizeRequest = false,
    opensApproval = false,
  }: Pick<PluginOperation, 'takesAuthorizeRequest' | 'opensApproval'>,
): AddedParams {
  const withoutRedirect = authorizeParams.filter(({ readWithoutRedirect }) => readWithoutRedirect)
  const added = takesAuthorizeRequest ? authorizeParams : opensApproval ? withoutRedirect : []
  const own = takesAuthorizeRequest ? [CORE_PARAMS, ...[...responseTypes.values()].map(({ params }) => params)] : []
  return {
    params: Object.assign({}, ...own, ...added.map(({ params }) => params)),
    errors: added.flatMap(({ errors = [] }) => errors),
  }
}
