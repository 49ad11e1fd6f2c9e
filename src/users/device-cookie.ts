import { parseSecret } from '../secrets/secret-format.ts'

/** `__Host-` pins the cookie to this host and to https, as that of a session. */
export function deviceCookieName(issuer: string): string {
  return issuer.startsWith('https:') ? '__Host-grantql-device' : 'grantql-device'
}

/** The secret by which a browser is recognised; undefined where the request has none that can be ours. */
export function deviceSecret(issuer: string, headers: Headers): string | undefined {
  const name = deviceCookieName(issuer)
  for (const pair of (headers.get('cookie') ?? '').split(';')) {
    const [key, value = ''] = pair.trim().split('=', 2)
    if (key === name && parseSecret('device', value)) return value
  }
  return undefined
}
