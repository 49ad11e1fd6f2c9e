import { formText, type Page, type PageContext } from 'grantql/plugin'
import type { DeviceCodeTables } from './tables.ts'
import { isNumeric, readUserCode, showUserCode } from './user-code.ts'
import { enterUserCode } from './user-codes.ts'

/** The verification URI (RFC 8628 §3.3). */
export const DEVICE_PATH = '/device'

/** A sentence and no more: whether the code ever was, is another's, was used or is over is not told. */
const NOTHING_WAITS = 'Nothing waits for this code. Look at the device again, or have it show a new one.'
/** It was understood, and is wrong. */
const WRONG = 422

type Context = PageContext<DeviceCodeTables>

/** Where a person types the code that a device shows. The decision itself is made on the page of core. */
export const pages: readonly Page<DeviceCodeTables>[] = [
  {
    method: 'GET',
    path: DEVICE_PATH,
    async handle(ctx) {
      const sent = ctx.request.url.searchParams.get('user_code') ?? ''
      const code = readUserCode(ctx, sent)
      if (!ctx.user) return toSignIn(ctx, code)
      return code === undefined ? askForCode(ctx) : confirmCode(ctx, showUserCode(code))
    },
  },
  {
    method: 'POST',
    path: DEVICE_PATH,
    async handle(ctx, _request, form) {
      const typed = formText(form, 'user_code')
      if (!ctx.user) return toSignIn(ctx, readUserCode(ctx, typed))
      const waiting = await enterUserCode(ctx, ctx.user, typed)
      return waiting ? ctx.seeOther(`/approve/${waiting.handle}`) : askForCode(ctx, typed)
    },
  },
]

function toSignIn(ctx: Context, code: string | undefined): Response {
  const returnTo = code === undefined ? DEVICE_PATH : `${DEVICE_PATH}?user_code=${showUserCode(code)}`
  return ctx.seeOther(`/sign-in?${new URLSearchParams({ return_to: returnTo })}`)
}

/** @param wrong what was typed and leads nowhere */
async function askForCode(ctx: Context, wrong?: string): Promise<Response> {
  const { html, csrfField } = ctx
  const body = await html`<h1>Connect a device</h1>
<p class="lead">Type the code that your device shows.</p>
${wrong === undefined ? '' : await html`<p class="note bad" role="alert">${NOTHING_WAITS}</p>`}
<form method="post" action="${DEVICE_PATH}">
${csrfField}
<label class="field">Code
<input class="typed" name="user_code" type="text" inputmode="${isNumeric(ctx) ? 'numeric' : 'text'}" autocomplete="off" autocapitalize="characters" autocorrect="off" spellcheck="false" maxlength="40" value="${wrong ?? ''}" required autofocus></label>
<button class="primary wide-button">Continue</button>
</form>
<p class="small after">Only type a code that a device in front of you shows. Nobody who calls or writes to you needs it.</p>`
  return ctx.page('Connect a device', body, { status: wrong === undefined ? 200 : WRONG })
}

/** A code that came by a link has to be compared: a stranger may have sent that link (RFC 8628 §3.3.1, §5.4). */
async function confirmCode(ctx: Context, code: string): Promise<Response> {
  const { html, csrfField } = ctx
  const body = await html`<h1>Does your device show this code?</h1>
<p class="lead">Compare every character.</p>
<code class="code shown">${code}</code>
<p class="note">Go on only if the device is in front of you and you started this yourself. If somebody sent you here, they want to get into your account.</p>
<form method="post" action="${DEVICE_PATH}">
${csrfField}
<input type="hidden" name="user_code" value="${code}">
<div class="actions"><a class="button quiet" href="${DEVICE_PATH}">No</a><button class="primary">Yes</button></div>
</form>`
  return ctx.page('Does your device show this code?', body)
}
