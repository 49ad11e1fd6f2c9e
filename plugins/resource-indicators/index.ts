import { definePlugin, InvalidTarget, type ResourceDeclaration } from 'grantql/plugin'
import { authorizeParams } from './authorize-params.ts'
import { settings } from './settings.ts'
import { tokenParams } from './token-params.ts'

/**
 * Lets apps say which API a token is for (RFC 8707).
 *
 * @param options.resources APIs beside those that the configuration, its scopes and other plugins declare
 */
export const resourceIndicators = (options: { readonly resources?: readonly ResourceDeclaration[] } = {}) =>
  definePlugin()({
    id: 'resource-indicators',
    settings,
    resources: options.resources ?? [],
    authorizeParams: [authorizeParams],
    tokenParams: [tokenParams],
    errors: [InvalidTarget],
  })
