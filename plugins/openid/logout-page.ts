import { formParams, type Page, type PageContext, type RawParams } from 'grantql/plugin'
import { LOGOUT_PATH } from './logout-metadata.ts'
import { type LogoutRequest, readLogoutRequest } from './logout-request.ts'
import { askToSignOut, showSignedOut, showStillSignedIn } from './logout-views.ts'
import { sidOf } from './session-id.ts'

const ANSWER_PATH = `${LOGOUT_PATH}/answer`

/**
 * Where apps send a browser whose user wants to sign out (RP-Initiated Logout §2). With an ID token of the session at hand
 * that happens at once; else the user is asked, for anybody can send them here.
 */
export const logoutPages: readonly Page[] = [
  {
    method: 'GET',
    path: LOGOUT_PATH,
    async handle(ctx) {
      const request = await readLogoutRequest(ctx, formParams(ctx.request.url.searchParams))
      if (!ctx.user) return leave(ctx, request)
      if (!(await isOfThisSession(ctx, request))) return askToSignOut(ctx, request, ANSWER_PATH)
      await ctx.signOut()
      return leave(ctx, request)
    },
  },
  {
    method: 'POST',
    path: LOGOUT_PATH,
    withoutCsrf: 'anonymous',
    // From the app's own site: the browser brings its cookie to a GET alone, and without that nobody knows whose session it is.
    handle: async (_ctx, _request, form) => seeOther(`${LOGOUT_PATH}?${queryOf(form)}`),
  },
  {
    method: 'POST',
    path: ANSWER_PATH,
    async handle(ctx, _request, form) {
      const request = await readLogoutRequest(ctx, form)
      if (form.all('answer')[0] !== 'yes') return showStillSignedIn(ctx)
      await ctx.signOut()
      return request.returns ? seeOther(request.returns.url) : showSignedOut(ctx, request)
    },
  },
]

/** Whether the app shows by its ID token that it means the session of this browser. */
async function isOfThisSession(ctx: PageContext, { app, hint, isWrong }: LogoutRequest): Promise<boolean> {
  const current = await ctx.sessions.current()
  if (!app || !hint || !current || isWrong) return false
  if (hint.sid !== undefined) return hint.sid === sidOf(ctx, app, current.session.id)
  return hint.sub === (await ctx.users.subject(app, current.user.id))
}

/** By itself a browser goes on only where an ID token shows that the app had a user here: else this is a way to anywhere. */
function leave(ctx: PageContext, request: LogoutRequest): Promise<Response> | Response {
  return request.hint && request.returns ? seeOther(request.returns.url) : showSignedOut(ctx, request)
}

function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { location } })
}

const NAMES = ['id_token_hint', 'logout_hint', 'client_id', 'post_logout_redirect_uri', 'state', 'ui_locales']

/** The parameters of the request, each as often as it was sent. */
function queryOf(form: RawParams): URLSearchParams {
  const pairs = NAMES.flatMap((name) => form.all(name).map((value) => [name, String(value)]))
  return new URLSearchParams(pairs)
}
