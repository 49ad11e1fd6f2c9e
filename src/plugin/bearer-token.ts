/** What stands in an `Authorization: Bearer` header (RFC 6750 §2.1), whatever it may be; undefined for another scheme or none. */
export function bearerToken(headers: Headers): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(headers.get('authorization') ?? '')?.[1]
}
