import { LoginRequired, OAuthError, type Page, type PageContext } from 'grantql/plugin'
import { render } from './errors.ts'
import { toLogin } from './to-login.ts'

type Handle = Page['handle']

/** A page whose errors are Gridless' own. */
export function inGridlessWords(handle: Handle): Handle {
  return async (ctx, request, form) => {
    try {
      return await handle(ctx, request, form)
    } catch (error) {
      if (error instanceof LoginRequired) return toLogin(ctx)
      if (!(error instanceof OAuthError)) throw error
      return showError(ctx, error)
    }
  }
}

async function showError(ctx: PageContext, error: OAuthError): Promise<Response> {
  const { status, sentence, retryAfterSeconds } = render(error)
  const body = await ctx.html`<h1>Authentication error</h1>
<p class="lead">This did not work:</p>
<ul class="may"><li>${sentence}</li></ul>
<p class="small after">Go back to your app and start again.</p>`
  return ctx.page('Error', body, { status, retryAfterSeconds, mark: status === 401 ? 'refused' : 'warning' })
}
