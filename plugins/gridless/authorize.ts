import {
  AlreadyDecided,
  type App,
  type Approval,
  InvalidRequest,
  objectParams,
  type Page,
  type PageContext,
} from 'grantql/plugin'
import { type Code, readCode } from './code.ts'
import { showConsent, showReturnToApp } from './consent-view.ts'
import { inGridlessWords } from './error-page.ts'
import { Refusal } from './errors.ts'
import { findClient } from './find-client.ts'
import { json } from './json.ts'
import { AUTHORIZE_PATH } from './paths.ts'
import { paramReader, type ReadParam } from './read-params.ts'
import { toLogin } from './to-login.ts'

/** Where an app asks for a code, and a person decides on it: the same path, and for both a POST. */
export const authorizePages: readonly Page[] = [
  {
    method: 'GET',
    path: AUTHORIZE_PATH,
    handle: inGridlessWords(async (ctx, _request, form) => {
      const param = paramReader(ctx.request, form)
      const app = await findClient(ctx, param('client_id'))
      if (param('denied') === 'true') throw new Refusal('denied', app)
      if (param('grant_type') !== 'code') throw new Refusal('noResponseType')
      const code = readGiven(ctx, param('code'))
      if (code?.appId !== app.id) throw new Refusal('noCode')
      if (!ctx.user) return toLogin(ctx)
      const approval = await findAsked(ctx, code)
      return approval.status === 'pending'
        ? showConsent(ctx, { app, approval, param })
        : showDecided(ctx, app, approval)
    }),
  },
  {
    method: 'POST',
    path: AUTHORIZE_PATH,
    // An app posts here by itself, with no browser. What a person decides counts from our own form alone.
    withoutCsrf: 'anonymous',
    handle: inGridlessWords(async (ctx, _request, form) => {
      const param = paramReader(ctx.request, form)
      const app = await findClient(ctx, param('client_id'))
      const isConsent = param('grant_type') === 'code'
      const code = isConsent ? readGiven(ctx, param('code')) : undefined
      if (!isConsent && param('response_type') === 'code') return giveCode(ctx, app, param)
      if (!ctx.isFromOwnForm || (code && code.appId !== app.id)) throw new Refusal('bypassed', app)
      if (!code) throw new Refusal(mistakeOf(param))
      return decide(ctx, app, code, param('denied') === 'true')
    }),
  },
]

/** @throws {InvalidRequest} with what is wrong with the code; undefined where there is none */
function readGiven(ctx: PageContext, jwt: string | undefined): Code | undefined {
  if (jwt === undefined) return undefined
  const code = readCode(ctx, jwt)
  if (typeof code !== 'string') return code
  throw new InvalidRequest({ message: code.replace('jwt', 'Authorization code'), about: 'code' })
}

/** Tokens in the query of a redirect, and shown on a page, are what Gridless has here and this server does not. */
function mistakeOf(param: ReadParam) {
  if (param('redirect_uri') !== undefined) return 'redirectUri'
  return param('grant_type') === 'code' ? 'codeRequired' : 'noResponseType'
}

async function giveCode(ctx: PageContext, { clientId }: App, param: ReadParam): Promise<Response> {
  const { code } = await ctx.operations.run('requestGridlessCode', {
    params: objectParams({
      scope: param('scopes')?.split(',').join(' '),
      code_challenge: param('code_challenge'),
      code_challenge_method: param('code_challenge_method'),
    }),
    credentials: { clientId },
    request: ctx.request,
  })
  return json({ code })
}

/** @throws {Refusal} where what the code was for is gone */
async function findAsked(ctx: PageContext, { approvalCode }: Code): Promise<Approval> {
  const approval = await ctx.approvals.findByCode(approvalCode)
  if (!approval) throw new Refusal('noCode')
  return approval
}

async function decide(ctx: PageContext, app: App, code: Code, denies: boolean): Promise<Response> {
  const { requestedScopes } = await findAsked(ctx, code)
  try {
    await ctx.decide(code.handle, denies ? { denies } : { approves: requestedScopes })
  } catch (error) {
    // Somebody who presses twice is told what became of the first time.
    if (!(error instanceof AlreadyDecided)) throw error
  }
  return showDecided(ctx, app, await findAsked(ctx, code))
}

/** What a person decided, and nobody else is told. @throws {Refusal} */
async function showDecided(ctx: PageContext, app: App, { status, userId }: Approval): Promise<Response> {
  if (userId !== ctx.user?.id) throw new Refusal('noCode')
  if (status === 'denied') throw new Refusal('denied', app)
  return showReturnToApp(ctx)
}
