import { formParams, OAuthError, objectParams, type Page, type PageContext, type RawParams } from 'grantql/plugin'
import { knownScopes } from './scopes.ts'

export const AUTHORIZE_PATH = '/auth'
export const END_SESSION_PATH = '/session/end'
/** RP-Initiated Logout is the standard's, wherever the browser came in. */
const LOGOUT_PATH = '/oauth/logout'

/** Where an app sends a browser, and what it is answered. The decision itself is made on the page of core. */
export const authorizePages: readonly Page[] = [
  {
    method: 'GET',
    path: AUTHORIZE_PATH,
    handle: (ctx) => authorize(ctx, formParams(ctx.request.url.searchParams)),
  },
  {
    method: 'POST',
    path: AUTHORIZE_PATH,
    withoutCsrf: 'anonymous',
    handle: (ctx, _request, form) => authorize(ctx, form),
  },
  { method: 'GET', path: END_SESSION_PATH, handle: async (ctx) => ctx.seeOther(LOGOUT_PATH + ctx.request.url.search) },
  {
    method: 'POST',
    path: END_SESSION_PATH,
    withoutCsrf: 'anonymous',
    handle: async (ctx, _request, form) => ctx.seeOther(`${LOGOUT_PATH}?${queryOf(form)}`),
  },
]

async function authorize(ctx: PageContext, params: RawParams): Promise<Response> {
  try {
    const authorization = await ctx.operations.authorize(await withKnownScopes(ctx, params), ctx.request)
    switch (authorization.status) {
      case 'opened':
        return ctx.seeOther(authorization.approveUrl.pathname)
      case 'answered':
        return ctx.answerApp(authorization.answer)
      case 'withheld':
        return ctx.withhold(authorization.answer)
    }
  } catch (error) {
    return showMistake(ctx, error)
  }
}

/** The parameters as they came, but for scopes that the system does not know. */
async function withKnownScopes(ctx: PageContext, params: RawParams): Promise<RawParams> {
  const [scope, ...more] = params.all('scope')
  const [clientId] = params.all('client_id')
  if (typeof scope !== 'string' || more.length > 0 || typeof clientId !== 'string') return params
  const known = objectParams({ scope: knownScopes(scope, await ctx.apps.find(clientId)) })
  return { names: () => params.names(), all: (name) => (name === 'scope' ? known : params).all(name) }
}

/** What the system calls a mistake that nobody is redirected with. */
const MISTAKES: Readonly<Record<string, readonly [name: string, sentence: string]>> = {
  invalid_client: ['invalid_client', 'client is invalid'],
  invalid_redirect_uri: [
    'redirect_uri_mismatch',
    "redirect_uri did not match any of the client's registered redirect_uris",
  ],
}

/** @throws what it is given, where it is not about the app or its redirect URI */
async function showMistake(ctx: PageContext, error: unknown): Promise<Response> {
  const [name, sentence] = (error instanceof OAuthError && MISTAKES[error.code]) || []
  if (name === undefined) throw error
  const body = await ctx.html`<h1>This request cannot be answered</h1>
<p class="lead">An app sent you here, and there is a mistake in what it asks for. Nothing was changed.</p>
<dl class="small"><dt>Error</dt><dd><code>${name}</code></dd><dt>What it is</dt><dd>${sentence ?? ''}</dd></dl>`
  return ctx.page('This request cannot be answered', body, { status: 400, mark: 'warning' })
}

function queryOf(form: RawParams): URLSearchParams {
  const pairs = form.names().flatMap((name) => form.all(name).map((value) => [name, String(value)]))
  return new URLSearchParams(pairs)
}
