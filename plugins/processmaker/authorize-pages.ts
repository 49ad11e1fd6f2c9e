import {
  type Approval,
  formParams,
  LoginRequired,
  NotFound,
  type Page,
  type PageContext,
  type PersonsDecision,
  type RawParams,
} from 'grantql/plugin'
import { DIALECT } from './auth-client.ts'
import { AUTHORIZE_PATH, renderConsent } from './consent-view.ts'
import type { ProcessmakerTables } from './tables.ts'
import { textOf } from './text-of.ts'

type Context = PageContext<ProcessmakerTables>

/** Where an app sends a person, and where the person says Authorize or Cancel. */
export const authorizePages: readonly Page<ProcessmakerTables>[] = [
  {
    method: 'GET',
    path: AUTHORIZE_PATH,
    async handle(ctx) {
      const sent = formParams(ctx.request.url.searchParams)
      const handle = textOf(sent, 'auth_token')
      return handle === undefined ? open(ctx, sent) : ask(ctx, handle)
    },
  },
  {
    method: 'POST',
    path: AUTHORIZE_PATH,
    async handle(ctx, _request, form) {
      const handle = textOf(form, 'auth_token') ?? ''
      const approval = await requireApproval(ctx, handle)
      const isCancelled = textOf(form, '_method')?.toUpperCase() === 'DELETE'
      return decide(ctx, handle, approval, isCancelled ? { denies: true } : { approves: approval.requestedScopes })
    },
  },
]

async function open(ctx: Context, sent: RawParams): Promise<Response> {
  const authorization = await ctx.operations.authorize(sent, ctx.request)
  switch (authorization.status) {
    case 'opened':
      return ask(ctx, authorization.handle)
    case 'withheld':
      return ctx.withhold(authorization.answer)
    case 'answered':
      return ctx.answerApp(authorization.answer)
  }
}

async function ask(ctx: Context, handle: string): Promise<Response> {
  const approval = await requireApproval(ctx, handle)
  const app = await ctx.apps.findById(approval.appId)
  if (!app) throw new NotFound()
  const path = `${AUTHORIZE_PATH}?${new URLSearchParams({ client_id: app.clientId, auth_token: handle })}`
  if (!ctx.user) return toSignIn(ctx, path)
  // The page of core says what became of it.
  if (approval.status !== 'pending') return ctx.seeOther(`/approve/${handle}`)
  return renderConsent(ctx, { app, approval, handle, username: ctx.user.username })
}

async function decide(ctx: Context, handle: string, approval: Approval, decision: PersonsDecision): Promise<Response> {
  try {
    const answer = await ctx.decide(handle, decision)
    return answer ? ctx.answerApp(answer) : ctx.seeOther(`/approve/${handle}`)
  } catch (error) {
    if (!(error instanceof LoginRequired)) throw error
    const app = await ctx.apps.findById(approval.appId)
    const query = new URLSearchParams({ client_id: app?.clientId ?? '', auth_token: handle })
    return toSignIn(ctx, `${AUTHORIZE_PATH}?${query}`, ctx.user ? { prompt: 'login' } : {})
  }
}

/** One of an app of this dialect: what others ask for is shown by their own page, with its own warnings. */
async function requireApproval(ctx: Context, handle: string): Promise<Approval> {
  const approval = await ctx.approvals.findByHandle(handle)
  const app = approval && (await ctx.apps.findById(approval.appId))
  if (!approval || app?.dialect !== DIALECT) throw new NotFound()
  return approval
}

const toSignIn = (ctx: Context, path: string, more: Readonly<Record<string, string>> = {}): Response =>
  ctx.seeOther(`/sign-in?${new URLSearchParams({ return_to: path, ...more })}`)
