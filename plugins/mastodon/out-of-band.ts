import { formParams, InvalidGrant, type Page, type PageContext } from 'grantql/plugin'
import { renderFailure } from './authorize-views.ts'
import { describeError } from './errors.ts'
import { textOf } from './params.ts'

export const OUT_OF_BAND_PATH = '/oauth/authorize/native'

const SCRIPT = `const [field] = document.getElementsByClassName('oauth-code')
const button = document.getElementById('copy')
button.hidden = false
button.addEventListener('click', async () => {
  field.select()
  try {
    await navigator.clipboard.writeText(field.value)
    button.textContent = 'Copied'
  } catch {
    button.textContent = 'Now press Ctrl+C'
  }
})`

/** `GET /oauth/authorize/native`: the code of an app that nobody can be redirected to, for the person to copy. */
export const outOfBandPage: Page = {
  method: 'GET',
  path: OUT_OF_BAND_PATH,
  async handle(ctx) {
    const code = textOf(formParams(ctx.request.url.searchParams), 'code')
    if (code === undefined || !(await isTheirs(ctx, code))) return renderFailure(ctx, describeError(new InvalidGrant()))
    const body = await ctx.html`<h1>Copy this code into your app</h1>
<p class="lead">Copy this authorization code and paste it to the application.</p>
<label class="field">Authorization code<input class="oauth-code" type="text" value="${code}" readonly spellcheck="false"></label>
<button class="primary wide-button" id="copy" type="button" hidden>Copy</button>
<noscript><p class="small">Select the whole code, and copy it.</p></noscript>
<p class="small after">It works once, within ten minutes. Show it to nobody else.</p>`
    return ctx.page('Authorization code', body, { script: SCRIPT })
  },
}

/** Only what the same person said yes to: nobody can be made to paste the code of somebody else's account (RFC 9700 §4.5). */
async function isTheirs({ approvals, user }: PageContext, code: string): Promise<boolean> {
  const approval = await approvals.findByCode(code)
  return user !== undefined && approval?.status === 'approved' && approval.userId === user.id
}
