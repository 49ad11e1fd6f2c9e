import {
  type App,
  InvalidClient,
  InvalidInput,
  objectParams,
  type PresentedCredentials,
  type RawParams,
  type RequestContext,
  UnsupportedGrantType,
} from 'grantql/plugin'
import { findAskingApp } from './asking-app.ts'
import { describeHolder } from './holder.ts'
import type { Place } from './place.ts'
import { knownScopes } from './scopes.ts'
import { credentialsOf, namedIn, readSent, textOf, ttlMillisecondsOf } from './sent.ts'
import { settings } from './settings.ts'

/** What each grant takes, by the standard's names. */
const TAKES: Readonly<Record<string, readonly string[]>> = {
  password: ['username', 'password'],
  client_credentials: [],
  authorization_code: ['code', 'redirect_uri', 'code_verifier'],
}

/**
 * Gives a token for what was sent, and tells who it speaks for.
 *
 * @throws {OAuthError} whatever the grant throws
 */
export async function answerToken(ctx: RequestContext, request: Request, place: Place | undefined): Promise<Response> {
  const sent = await readSent(ctx, request)
  const grantType = textOf(sent, 'grant_type') ?? ''
  const taken = Object.hasOwn(TAKES, grantType) ? TAKES[grantType] : undefined
  if (!taken) throw new UnsupportedGrantType()
  const credentials = ownOrManagement(ctx, credentialsOf(ctx, sent), grantType)
  const app = await findAskingApp(ctx, namedIn(credentials), place)
  if (!app) throw new InvalidClient()
  const expiresInSeconds = lifetimeOf(ctx, app, sent)
  const values = Object.fromEntries(taken.map((name) => [name, textOf(sent, name)]))
  const tokens = await ctx.operations.exchangeToken({
    grantType,
    params: objectParams({ ...values, scope: knownScopes(app, textOf(sent, 'scope')) }),
    credentials,
    request: ctx.request,
    ...(expiresInSeconds !== undefined && { expiresInSeconds }),
  })
  const token = await ctx.tokens.find(tokens.accessToken)
  const body = {
    access_token: tokens.accessToken,
    token_type: tokens.tokenType.toLowerCase(),
    expires_in: tokens.expiresInSeconds,
    ...(token && (await describeHolder(ctx, token, app))),
  }
  return Response.json(body, { headers: { 'cache-control': 'no-store', pragma: 'no-cache' } })
}

/** Who names no app and has a password to show signs in to this server itself, where an admin has said by which app. */
function ownOrManagement(ctx: RequestContext, shown: PresentedCredentials, grantType: string): PresentedCredentials {
  const isNameless = shown.basic === undefined && shown.clientId === undefined && shown.clientSecret === undefined
  if (grantType !== 'password' || !isNameless) return shown
  return { clientId: ctx.setting(settings.managementApp) || undefined }
}

/** @throws {InvalidInput} where it is longer than any token of the app lives */
function lifetimeOf(ctx: RequestContext, app: App, sent: RawParams): number | undefined {
  const milliseconds = ttlMillisecondsOf(sent)
  if (milliseconds === undefined) return undefined
  const longest = ctx.setting(settings.tokenTtlSeconds, app) * 1000
  if (milliseconds > longest) {
    const message = `Your token age cannot be more than the maximum age of ${longest} milliseconds`
    throw new InvalidInput({ message, field: ['ttl'] })
  }
  return Math.max(1, Math.floor(milliseconds / 1000))
}
