import { formText, OAuthError, type Page, type PageContext, type RawParams, type User } from 'grantql/plugin'
import { BLANK, findApplication, listApplications, readRegistration, register } from './applications.ts'
import { APPLICATION_PATH, DASHBOARD_PATH, NEW_PATH } from './dashboard-paths.ts'
import { showApplication, showApplications, showDeletion, showRegistration, showSecret } from './dashboard-views.ts'

type Shown = (ctx: PageContext, user: User, form: RawParams) => Promise<Response> | Response

/** The dashboard: a user registers applications, and sees each secret once. */
export const dashboardPages: readonly Page[] = [
  { method: 'GET', path: '/signup', handle: async (ctx) => ctx.seeOther(`/sign-up?${returning(DASHBOARD_PATH)}`) },
  page('GET', DASHBOARD_PATH, async (ctx, user) => showApplications(ctx, await listApplications(ctx, user))),
  page('GET', NEW_PATH, (ctx) => showRegistration(ctx, BLANK)),
  page('POST', NEW_PATH, async (ctx, user, form) => {
    const registration = readRegistration(form)
    try {
      const { app, clientSecret = '' } = await register(ctx, user, registration)
      return await showSecret(ctx, app, clientSecret)
    } catch (error) {
      if (!(error instanceof OAuthError) || error.code !== 'invalid_input') throw error
      return showRegistration(ctx, registration, error.message)
    }
  }),
  page('GET', APPLICATION_PATH, async (ctx, user) => showApplication(ctx, await findApplication(ctx, user))),
  page('POST', `${APPLICATION_PATH}/secret`, async (ctx, user, form) => {
    const app = await findApplication(ctx, user)
    const overlapSeconds = formText(form, 'end_present') === 'yes' ? 0 : undefined
    try {
      return await showSecret(ctx, app, await ctx.apps.rotateSecret(user, app.id, overlapSeconds))
    } catch (error) {
      if (!(error instanceof OAuthError) || error.code !== 'too_many_secrets') throw error
      return showApplication(ctx, app, error.message)
    }
  }),
  page('GET', `${APPLICATION_PATH}/delete`, async (ctx, user) => showDeletion(ctx, await findApplication(ctx, user))),
  page('POST', `${APPLICATION_PATH}/delete`, async (ctx, user) => {
    await ctx.apps.remove(user, (await findApplication(ctx, user)).id)
    return ctx.seeOther(DASHBOARD_PATH)
  }),
]

/** A page for who is signed in; everybody else signs in first. */
function page(method: Page['method'], path: string, show: Shown): Page {
  return {
    method,
    path,
    async handle(ctx, _request, form) {
      const { user } = ctx
      if (user) return show(ctx, user, form)
      return ctx.seeOther(`/sign-in?${returning(method === 'GET' ? ctx.request.url.pathname : DASHBOARD_PATH)}`)
    },
  }
}

const returning = (path: string) => new URLSearchParams({ return_to: path })
