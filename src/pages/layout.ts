import { hash } from 'node:crypto'
import { html, raw } from 'hono/html'
import type { PageMark } from '../plugin/contributions.ts'
import type { Answer } from '../rest/answer.ts'
import { renderMark } from './marks.ts'
import { STYLES, STYLES_SOURCE } from './styles.ts'

/** Markup whose values were escaped: what the `html` tag makes. */
export type Html = ReturnType<typeof html>

export interface PageContent {
  /** The heading of the browser's tab, beside the name of this server. */
  readonly title: string
  /** The heading of the tab as it stands, instead. */
  readonly tab?: string | undefined
  readonly body: unknown
  /** Above the body. Defaults to none. */
  readonly mark?: PageMark | undefined
  /** Who is signed in, and the field that lets them sign out. */
  readonly signedIn?: { readonly username: string; readonly csrfField: Html } | undefined
  /** Defaults to 200. */
  readonly status?: number
  /** Schemes that a form of the page ends at by a redirect, beside our own. */
  readonly formTargets?: readonly string[]
  readonly isWide?: boolean
  /** JavaScript that runs on the page, and may ask this server: for what a page without it cannot do. */
  readonly scripts?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

const DRAWING =
  '<rect width="32" height="32" rx="9" fill="#0b6657"/><path d="M21.6 12.1A6.7 6.7 0 1 0 22.7 17H16.6" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/><circle cx="23.4" cy="8.9" r="2.1" fill="#7fe0cd"/>'
const MARK = raw(`<svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">${DRAWING}</svg>`)
const ICON = `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${DRAWING}</svg>`)}`

/**
 * A page in the shared layout. It loads nothing from anywhere, runs no script but those it is given, and cannot be framed.
 *
 * @param host the name under which people know this server
 */
export function renderPage(host: string, content: PageContent): Answer {
  const { title, tab, body, mark, signedIn, status = 200, formTargets = [], isWide = false, scripts = [] } = content
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${tab ?? `${title} · ${host}`}</title>
<link rel="icon" href="${ICON}">
<style>${raw(STYLES)}</style>
</head>
<body>
<header class="top"><a class="brand" href="/">${MARK}<span>${host}</span></a>${signedIn ? signOutForm(signedIn) : ''}</header>
<main><div class="card${isWide ? ' wide' : ''}">
${mark ? renderMark(mark) : ''}${body}
</div></main>
<footer class="foot"><span>Secured by GrantQL</span></footer>
${scripts.map(inlineScript)}
</body>
</html>`
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': contentSecurityPolicy(formTargets, scripts),
      ...content.headers,
    },
    body: String(page),
  }
}

/**
 * What a page may do: show our one stylesheet and our icon, post its forms to us and where they are known to lead, and run
 * exactly the scripts that it was given.
 */
export function contentSecurityPolicy(formTargets: readonly string[], scripts: readonly string[] = []): string {
  return [
    "default-src 'none'",
    `style-src ${STYLES_SOURCE}`,
    ...(scripts.length > 0 ? [`script-src ${scripts.map(sourceOf).join(' ')}`, "connect-src 'self'"] : []),
    'img-src data:',
    ["form-action 'self'", ...formTargets].join(' '),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
}

const sourceOf = (script: string) => `'sha256-${hash('sha256', script, 'base64')}'`

/** As a module: it runs when the page is there, in strict mode, and its names are its own. */
function inlineScript(script: string): Html {
  if (/<\/script|<!--/i.test(script))
    throw new Error('A script of a page would end before its end, or begin a comment.')
  return html`<script type="module">${raw(script)}</script>`
}

function signOutForm({ username, csrfField }: NonNullable<PageContent['signedIn']>): Html {
  return html`<form class="push" method="post" action="/sign-out">${csrfField}<span class="user">${username} · </span><button class="link">Sign out</button></form>`
}
