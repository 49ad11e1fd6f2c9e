/**
 * The URL on this server that a `return_to` names; its start page where it names anything else.
 *
 * @param issuer scheme, host and port of this server
 * @see RFC 9700 §4.11
 */
export function ownUrl(issuer: string, returnTo: string | undefined): string {
  const home = `${issuer}/`
  // `//host` and `/\host` are other hosts to a browser, and it drops tabs and line breaks before it looks.
  if (returnTo === undefined || returnTo.length > 4096 || !/^\/(?![/\\])[^\\\s]*$/.test(returnTo)) return home
  if (!URL.canParse(returnTo, home)) return home
  const url = new URL(returnTo, home)
  return url.origin === new URL(home).origin ? url.href : home
}
