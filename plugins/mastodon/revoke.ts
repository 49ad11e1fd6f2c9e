import { type Endpoint, InvalidClient } from 'grantql/plugin'
import { jsonAnswer } from './errors.ts'
import { credentialsOf, readParams, textOf } from './params.ts'

/** `POST /oauth/revoke`: ends a token of the app. Unlike RFC 7009 §2.2 it says so where the token is another app's. */
export const revoke: Endpoint = {
  method: 'POST',
  path: '/oauth/revoke',
  async handle(ctx, request) {
    const params = await readParams(ctx, request)
    const credentials = credentialsOf(ctx, params)
    try {
      const app = await ctx.apps.authenticate(credentials)
      const text = textOf(params, 'token')
      const token = text === undefined ? undefined : await ctx.tokens.findToRevoke(text)
      if (token && token.appId !== app.id) return refuse()
      if (token) await ctx.operations.run('revokeToken', { params, credentials, request: ctx.request })
      return jsonAnswer(200, {})
    } catch (error) {
      if (error instanceof InvalidClient) return refuse()
      throw error
    }
  },
}

const refuse = (): Response =>
  jsonAnswer(403, {
    error: 'unauthorized_client',
    error_description: 'You are not authorized to revoke this token',
  })
