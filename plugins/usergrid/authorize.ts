import {
  type AuthorizationAnswer,
  defineError,
  formParams,
  InvalidCredentials,
  InvalidRequest,
  objectParams,
  type PageContext,
  type RawParams,
  type SignedInUser,
} from 'grantql/plugin'
import { type Asked, readAsked, refuseInUrl } from './asked.ts'
import { findAskingApp } from './asking-app.ts'
import { placeOfPath } from './place.ts'
import { knownScopes } from './scopes.ts'
import { textOf } from './sent.ts'
import { showForm } from './sign-in-form.ts'

const UnknownApp = defineError({
  code: 'invalid_client',
  status: 400,
  spec: 'RFC 6749 §4.1.2.1',
  message: 'The app is unknown.',
})

/** Shows the form to whoever asks, for any app or none: nothing is judged before somebody signs in. */
export async function showSignIn(ctx: PageContext): Promise<Response> {
  placeOfPath(ctx.parameters)
  return showForm(ctx, readAsked(formParams(ctx.request.url.searchParams)))
}

/** Signs somebody in for the one answer that the app gets: no session of the browser comes of it. */
export async function submitSignIn(ctx: PageContext, _request: Request, form: RawParams): Promise<Response> {
  placeOfPath(ctx.parameters)
  refuseInUrl(ctx.request.url)
  const asked = readAsked(form)
  const signedIn = await signIn(ctx, form)
  if (!signedIn) return showForm(ctx, asked, 'Username or password do not match')
  try {
    return ctx.answerApp(inTheirWords(await answerOf(ctx, asked, signedIn), asked))
  } finally {
    await ctx.sessions.end(signedIn.session.id)
  }
}

async function signIn(ctx: PageContext, form: RawParams): Promise<SignedInUser | undefined> {
  try {
    const params = objectParams({ username: textOf(form, 'username'), password: textOf(form, 'password') })
    return await ctx.operations.signIn('password', params, ctx.request)
  } catch (error) {
    if (error instanceof InvalidCredentials || error instanceof InvalidRequest) return undefined
    throw error
  }
}

/** To sign in is to say yes. */
async function answerOf(ctx: PageContext, asked: Asked, signedIn: SignedInUser): Promise<AuthorizationAnswer> {
  const app = await findAskingApp(ctx, asked.client_id, placeOfPath(ctx.parameters))
  if (!app) throw new UnknownApp()
  const params = objectParams({ ...asked, scope: knownScopes(app, asked.scope) })
  const authorization = await ctx.operations.authorize(params, ctx.request)
  if (authorization.status !== 'opened') return authorization.answer
  const approval = await ctx.approvals.findByHandle(authorization.handle)
  const answer = await ctx.decide(authorization.handle, { approves: approval?.requestedScopes ?? [] }, signedIn)
  if (!answer) throw new Error('An app that asked through the browser has no answer.')
  return answer
}

/** Usergrid tells neither the scopes nor who answers; and a response type that an app has not is not supported. */
function inTheirWords({ members, ...answer }: AuthorizationAnswer, asked: Asked): AuthorizationAnswer {
  const { iss: _, scope: __, token_type: tokenType, error, ...rest } = members
  const isUnsupported = error === 'unauthorized_client' && asked.response_type === 'token'
  return {
    ...answer,
    members: {
      ...(error !== undefined && { error: isUnsupported ? 'unsupported_response_type' : error }),
      ...rest,
      ...(tokenType !== undefined && { token_type: tokenType.toLowerCase() }),
    },
  }
}
