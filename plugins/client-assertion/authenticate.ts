import { type App, InvalidClient, type RawParams, type RequestContext } from 'grantql/plugin'
import type { JWTPayload, JWTVerifyOptions, JWTVerifyResult } from 'jose'
import { readAssertion } from './assertion.ts'
import { settings } from './settings.ts'
import type { ClientAssertionTables } from './tables.ts'

/** By how much clocks may differ. */
const TOLERANCE_SECONDS = 15
const LONGEST_ID = 512
/** What an assertion may call itself; anything else is made for something else (RFC 8725 §3.11). */
const TYPES = [undefined, 'jwt', 'client-authentication+jwt', 'application/client-authentication+jwt']

type Context = RequestContext<ClientAssertionTables>

/** Finds what an app signs with, and answers what verifies a signature and the times by it. */
export type FindVerify = (
  ctx: Context,
  app: App,
) => Promise<(jwt: string, options: JWTVerifyOptions) => Promise<JWTVerifyResult>>

/**
 * Has an app prove who it is by a JWT that it signed, which works once.
 *
 * @returns its `client_id`
 * @throws {InvalidClient} {InvalidRequest}
 * @see RFC 7523 §3, RFC 7521 §4.2
 */
export async function authenticate(
  ctx: Context,
  params: RawParams,
  algorithms: readonly string[],
  findVerify: FindVerify,
): Promise<string> {
  const { jwt, clientId } = readAssertion(params)
  const app = await ctx.apps.find(clientId)
  if (!app) throw new InvalidClient()
  const verify = await findVerify(ctx, app)
  const options = {
    algorithms: [...algorithms],
    clockTolerance: TOLERANCE_SECONDS,
    currentDate: ctx.now(),
    requiredClaims: ['iss', 'sub', 'aud', 'exp', 'jti'],
  }
  const { payload, protectedHeader } = await verify(jwt, options).catch((cause) => {
    throw new InvalidClient({ cause })
  })
  if (!TYPES.includes(protectedHeader.typ?.toLowerCase())) throw refused('The JWT is made for something else.')
  await useAssertion(ctx, app, payload)
  return app.clientId
}

/** Why is for the log. */
const refused = (why: string) => new InvalidClient({ cause: new Error(why) })

/** @throws {InvalidClient} when a claim is wrong, or it was used before */
async function useAssertion(ctx: Context, app: App, { iss, sub, aud, exp, iat, jti }: JWTPayload): Promise<void> {
  const now = ctx.now().getTime() / 1000
  if (iss !== app.clientId || sub !== app.clientId) throw refused('iss and sub are not the app.')
  if (!isForUs(ctx, app, aud)) throw refused('The assertion is for somebody else.')
  if (iat !== undefined && iat > now + TOLERANCE_SECONDS) throw refused('The assertion is not made yet.')
  if (exp === undefined || exp > now + ctx.setting(settings.longestSeconds) + TOLERANCE_SECONDS) {
    throw refused('The assertion lives for too long.')
  }
  if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_ID) throw refused('The jti cannot be used.')
  const until = new Date((exp + TOLERANCE_SECONDS) * 1000)
  if (!(await ctx.useOnce('assertion', `${app.id} ${jti}`, until))) throw refused('The assertion was used before.')
}

/**
 * The issuer alone, so that another server cannot have an app make an assertion for this one. Endpoints are for apps that
 * an operator says so of.
 */
function isForUs(ctx: Context, app: App, audience: string | string[] | undefined): boolean {
  const named = [audience ?? []].flat()
  if (ctx.setting(settings.audience, app) === 'issuer') return named.length === 1 && isIssuer(ctx, named[0])
  const endpoints = [ctx.url('/oauth/token').href, ctx.url(ctx.request.url.pathname).href]
  return named.some((each) => isIssuer(ctx, each) || endpoints.includes(each))
}

const isIssuer = (ctx: Context, text: string | undefined): boolean => text === ctx.issuer
