/** Tells what is wrong with an issuer, in a sentence that does not repeat it; undefined where nothing is. */
export function issuerMistake(issuer: string): string | undefined {
  const url = URL.parse(issuer)
  // Apps compare the issuer as a text (RFC 8414 §3.3), so only the one way in which a URL is printed is taken.
  if (url === null || url.origin !== issuer || !/^https?:$/.test(url.protocol)) {
    return 'ISSUER is scheme, host and port alone, such as https://auth.example.com: no path, query, fragment, user, default port, capitals or slash at the end.'
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return 'ISSUER must be https, for tokens and passwords travel to it; only a loopback host such as localhost may be http.'
  }
  return undefined
}

/** True for a host that never leaves this machine (RFC 6761 §6.3, RFC 8252 §7.3). */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname) ||
    hostname === '[::1]'
  )
}
