import { type AuthorizeParams, InvalidTarget } from 'grantql/plugin'
import { findResources } from './find-resources.ts'
import { params } from './params.ts'

/** Under this name the approval, the issuance and the token family remember what was asked for. */
export const ASKED = 'resource-indicators'

export interface Asked {
  /** As they are registered. */
  readonly resources: readonly string[]
}

/** `resource` at the authorization endpoint (RFC 8707 §2.1). */
export const authorizeParams: AuthorizeParams<typeof params, unknown, Asked> = {
  id: ASKED,
  params,
  errors: [InvalidTarget],

  async read(ctx, { app }, { resources: named }) {
    return named && { resources: findResources(ctx, app, named) }
  },

  resources: ({ resources }) => resources,

  describe: (ctx, { resources }) =>
    resources.map((uri) => {
      const name = ctx.resources.find(uri)?.name ?? uri
      return { term: 'Good at', text: name === uri ? uri : `${name} (${uri})` }
    }),
}
