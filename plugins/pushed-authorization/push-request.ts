import {
  defineError,
  defineOperation,
  field,
  InvalidRequest,
  InvalidScope,
  objectParams,
  UnsupportedResponseType,
} from 'grantql/plugin'
import { limits } from './limits.ts'
import { paramsToStore, storeRequest } from './pushed-requests.ts'
import { settings } from './settings.ts'
import type { PushedAuthorizationTables } from './tables.ts'

const MOST_BYTES = 32 * 1024

const RequestTooLarge = defineError({
  code: 'invalid_request',
  status: 413,
  spec: 'RFC 9126 §2.3',
  message: 'The request is too large.',
})

export const pushAuthorizationRequest = defineOperation<PushedAuthorizationTables>()({
  mutation: 'pushAuthorizationRequest',
  path: '/oauth/par',
  metadata: 'pushed_authorization_request_endpoint',
  status: 201,
  spec: 'RFC 9126 §2',
  description: 'Leaves an authorization request here, for the browser to bring a short name of it.',
  clientAuth: 'public-allowed',
  limit: limits.pushAuthorizationRequest,
  takesAuthorizeRequest: true,
  params: {},
  errors: [InvalidScope, UnsupportedResponseType],
  resultType: 'PushedAuthorizationRequest',
  result: {
    requestUri: field.string({
      description: 'What the browser brings to the authorization endpoint as request_uri, once, with client_id.',
      secret: true,
    }),
    expiresInSeconds: field.integer({ description: 'Seconds in which it has to arrive.', wireName: 'expires_in' }),
  },
  async run(ctx, _params) {
    if (ctx.sent.all('request_uri').length > 0) {
      throw new InvalidRequest({ message: 'request_uri has no place in a request that is pushed (RFC 9126 §2.1).' })
    }
    const params = paramsToStore(ctx.app, ctx.sent)
    const text = JSON.stringify(params)
    if (Buffer.byteLength(text) > MOST_BYTES) throw new RequestTooLarge()
    const further = await ctx.operations.checkAuthorizeRequest(ctx.app, objectParams(params), ctx.request)
    const kept = JSON.stringify({ ...params, ...further })
    const ttlSeconds = ctx.setting(settings.ttlSeconds, ctx.app)
    return { requestUri: await storeRequest(ctx, ctx.app, kept, ttlSeconds), expiresInSeconds: ttlSeconds }
  },
})
