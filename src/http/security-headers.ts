/** Headers of every answer to a program. They are the same for all, so they are made once. */
export function apiHeaders(issuer: string): Readonly<Record<string, string>> {
  return Object.freeze({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    ...strictTransport(issuer),
  })
}

/** What every page says beside its content security policy, which depends on the page. */
export function pageHeaders(issuer: string): Readonly<Record<string, string>> {
  return Object.freeze({
    ...apiHeaders(issuer),
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  })
}

/** A browser that was here once by https never comes back without it. */
function strictTransport(issuer: string): Record<string, string> {
  return issuer.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000' } : {}
}
