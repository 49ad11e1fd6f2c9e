import { createHash } from 'node:crypto'
import { formTargets, type ResponseMode } from 'grantql/plugin'

const SCRIPT = 'document.forms[0].submit()'
const STYLE =
  ':root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;display:grid;place-items:center;min-height:90vh;margin:1rem;text-align:center;background:#f4f3ef;color:#1c2125}h1{font-size:1.5rem;font-weight:650}button{font:inherit;font-weight:600;padding:.75rem 1.5rem;border:0;border-radius:.625rem;background:#0b6657;color:#fff;cursor:pointer}@media (prefers-color-scheme:dark){body{background:#111416;color:#ebe9e4}button{background:#58c8b3;color:#05211c}}'

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/**
 * Posts the answer to the app instead of writing it into a URL. The form sends itself; without JavaScript a person presses
 * the button (OAuth 2.0 Form Post Response Mode §2).
 */
export const formPost: ResponseMode = {
  mode: 'form_post',
  // A program that is opened by a private-use scheme is given a URL, and nothing that was posted.
  reaches: (redirectUri) => /^https?:/.test(redirectUri),
  fields: (members) => members,
  respond(redirectUri, members) {
    const fields = Object.entries(members).map(
      ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
    )
    const body = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Back to your app</title><style>${STYLE}</style></head>
<body><main><h1>Back to your app</h1>
<form method="post" action="${escapeHtml(redirectUri)}">
${fields.join('\n')}
<button>Continue</button>
</form></main><script>${SCRIPT}</script></body></html>`
    return new Response(body, {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': [
          "default-src 'none'",
          `script-src ${hashOf(SCRIPT)}`,
          `style-src ${hashOf(STYLE)}`,
          `form-action ${formTargets(redirectUri).join(' ')}`,
          "frame-ancestors 'none'",
          "base-uri 'none'",
        ].join('; '),
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      },
    })
  },
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
