import { type Endpoint, objectParams, type PresentedCredentials, type RequestContext } from 'grantql/plugin'
import { readCredentials } from './credentials.ts'
import { jtiOf } from './ids.ts'
import { namingMissing, readForm, type Sent } from './read-form.ts'
import { respond } from './respond.ts'

export const INTROSPECTION_PATH = '/token/introspection'

/** `POST /token/introspection` (RFC 7662): the operation of the standard, in the system's words. */
export const introspection: Endpoint = {
  method: 'POST',
  path: INTROSPECTION_PATH,
  async handle(ctx, request) {
    const sent = await readForm(ctx, request)
    const { credentials } = readCredentials(ctx.request.headers, sent)
    const said = await introspect(ctx, sent, credentials)
    if (said.active !== true) return respond(200, { active: false })
    const { scopes, clientId, expiresAt, issuedAt, subject, tokenId, tokenType } = said as unknown as Introspected
    return respond(200, {
      active: true,
      ...(subject !== clientId && { sub: subject }),
      client_id: clientId,
      exp: Math.floor(expiresAt.getTime() / 1000),
      iat: Math.floor(issuedAt.getTime() / 1000),
      iss: ctx.issuer,
      jti: jtiOf(tokenId),
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
      ...(tokenType !== undefined && { token_type: tokenType }),
    })
  },
}

async function introspect(ctx: RequestContext, sent: Sent, credentials: PresentedCredentials) {
  try {
    const params = objectParams({ token: sent.token })
    return await ctx.operations.run('introspectToken', { params, credentials, request: ctx.request })
  } catch (error) {
    throw namingMissing(error, sent)
  }
}

/** What is told of an active token. */
interface Introspected {
  readonly scopes: readonly string[]
  readonly clientId: string
  readonly subject: string
  readonly tokenId: string
  readonly tokenType: string | undefined
  readonly expiresAt: Date
  readonly issuedAt: Date
}
