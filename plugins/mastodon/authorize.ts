import {
  formParams,
  InvalidRedirectUri,
  InvalidRequest,
  LoginRequired,
  NotFound,
  OAuthError,
  type Page,
  type PageContext,
  type RawParams,
} from 'grantql/plugin'
import { answerApp } from './authorize-answer.ts'
import { renderConsent, renderFailure } from './authorize-views.ts'
import { describeError, describeMembers } from './errors.ts'
import { textOf, withDefault } from './params.ts'
import { approvable, DEFAULT_SCOPE } from './scopes.ts'

const PATH = '/oauth/authorize'
/** Everything that an app of that system may say. Some clients add a `lang`; the pages are in English. */
const PARAMETERS = [
  'response_type',
  'response_mode',
  'client_id',
  'redirect_uri',
  'scope',
  'state',
  'code_challenge',
  'code_challenge_method',
]

/** What a person decides: an approval by its handle, of the app whose page this is. */
interface Question {
  readonly handle: string
  readonly clientId: string
}

/** `GET` and `POST /oauth/authorize`: a person reads what an app asks for, and says yes or no. */
export const sharedAuthorizePages = (hosts: readonly string[]): readonly Page[] => [
  { method: 'GET', path: PATH, handle: (ctx) => orFailure(ctx, () => show(ctx, hosts)) },
  { method: 'POST', path: PATH, handle: (ctx, _request, form) => orFailure(ctx, () => decide(ctx, form)) },
]

/** Some clients send people to the same path with a slash behind it. */
export const authorizeWithSlash: Page = {
  method: 'GET',
  path: `${PATH}/`,
  handle: async (ctx) => ctx.seeOther(`${PATH}${ctx.request.url.search}`),
}

/** A mistake is shown to the person, and never sent on: so does that system. */
async function orFailure(ctx: PageContext, answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer()
  } catch (error) {
    if (!(error instanceof OAuthError) || error.status >= 500) throw error
    return renderFailure(ctx, describeError(error), Number(error.values.retryAfterSeconds) || undefined)
  }
}

async function show(ctx: PageContext, hosts: readonly string[]): Promise<Response> {
  const { url, headers } = ctx.request
  const host = headers.get('host') ?? ''
  // A session is known at this server's own host alone.
  if (hosts.includes(host) && host !== new URL(ctx.issuer).host) return ctx.seeOther(`${url.pathname}${url.search}`)
  const sent = formParams(url.searchParams)
  const clientId = textOf(sent, 'client_id') ?? ''
  const handle = textOf(sent, 'handle')
  if (handle !== undefined) return ask(ctx, { handle, clientId })

  const isForced = /^(true|1)$/i.test(textOf(sent, 'force_login') ?? '')
  const asked = await ctx.operations.authorize(standardParams(sent, isForced), ctx.request)
  if (asked.status === 'opened') {
    const question = { handle: asked.handle, clientId }
    return isForced ? signIn(ctx, question, isForced) : ask(ctx, question)
  }
  const { members } = asked.answer
  return members.error === undefined ? answerApp(ctx, asked.answer) : renderFailure(ctx, describeMembers(members))
}

/** What the app said, and nothing else, with what it means by leaving out the scope. */
function standardParams(sent: RawParams, isForced: boolean): RawParams {
  if (textOf(sent, 'redirect_uri') === undefined) throw new InvalidRedirectUri()
  const asked: RawParams = {
    names: () => sent.names().filter((name) => PARAMETERS.includes(name)),
    all: (name) => (PARAMETERS.includes(name) ? sent.all(name) : []),
  }
  const scoped = withDefault(asked, 'scope', DEFAULT_SCOPE)
  return isForced ? withDefault(scoped, 'prompt', 'login') : scoped
}

/** Asks a person who is signed in; whoever is not is sent to sign in first. */
async function ask(ctx: PageContext, question: Question): Promise<Response> {
  if (!ctx.user) return signIn(ctx, question)
  const approval = await ctx.approvals.findByHandle(question.handle)
  const app = approval && (await ctx.apps.findById(approval.appId))
  if (app?.dialect !== 'mastodon' || approval?.status !== 'pending') throw new NotFound()
  return renderConsent(ctx, { approval, app, handle: question.handle, user: ctx.user, returnTo: pathTo(question) })
}

async function decide(ctx: PageContext, form: RawParams): Promise<Response> {
  const question = { handle: textOf(form, 'handle') ?? '', clientId: textOf(form, 'client_id') ?? '' }
  const approval = await ctx.approvals.findByHandle(question.handle)
  const app = approval && (await ctx.apps.findById(approval.appId))
  if (!approval || app?.dialect !== 'mastodon') throw new InvalidRequest()
  const isDenied = textOf(form, '_method')?.toLowerCase() === 'delete'
  const isAdmin = ctx.user?.role === 'admin'
  try {
    const answer = await ctx.decide(
      question.handle,
      isDenied ? { denies: true } : { approves: approvable(approval.requestedScopes, { isAdmin }) },
    )
    if (!answer) throw new NotFound()
    return answerApp(ctx, answer)
  } catch (error) {
    if (error instanceof LoginRequired) return signIn(ctx, question, ctx.user !== undefined)
    throw error
  }
}

/** @param isAgain somebody who is signed in has to show once more who they are */
function signIn(ctx: PageContext, question: Question, isAgain = false): Response {
  const query = new URLSearchParams({ return_to: pathTo(question), ...(isAgain && { prompt: 'login' }) })
  return ctx.seeOther(`/sign-in?${query}`)
}

const pathTo = ({ handle, clientId }: Question): string =>
  `${PATH}?${new URLSearchParams({ client_id: clientId, handle })}`
