/** `__Host-` pins the cookie to this host and to https; a browser takes it only where the issuer is https (RFC 6265bis §4.1.3). */
export function sessionCookieName(issuer: string): string {
  return issuer.startsWith('https:') ? '__Host-grantql-session' : 'grantql-session'
}
