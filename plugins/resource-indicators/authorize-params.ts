import {
  type AuthorizeInput,
  type AuthorizeParams,
  InvalidTarget,
  type ParamValues,
  type RequestContext,
} from 'grantql/plugin'
import { findResources } from './find-resources.ts'
import { params } from './params.ts'

/** Under this name the approval, the issuance and the token family remember what was asked for. */
export const ASKED = 'resource-indicators'

export interface Asked {
  /** As they are registered. */
  readonly resources: readonly string[]
}

async function read(
  ctx: RequestContext,
  { app }: Pick<AuthorizeInput, 'app'>,
  { resources: named }: ParamValues<typeof params>,
): Promise<Asked | undefined> {
  return named && { resources: findResources(ctx, app, named) }
}

/** `resource` at the authorization endpoint (RFC 8707 §2.1), and where a device or a code asks. */
export const authorizeParams: AuthorizeParams<typeof params, unknown, Asked> = {
  id: ASKED,
  params,
  errors: [InvalidTarget],

  read,
  readWithoutRedirect: read,

  resources: ({ resources }) => resources,

  describe: (ctx, { resources }) =>
    resources.map((uri) => {
      const name = ctx.resources.find(uri)?.name ?? uri
      return { term: 'Good at', text: name === uri ? uri : `${name} (${uri})` }
    }),
}
