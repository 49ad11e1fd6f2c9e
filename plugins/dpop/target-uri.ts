/**
 * Whether two URLs are of one target: without query and fragment, and however scheme, host, port and percent-encoding are
 * written.
 *
 * @see RFC 9449 §4.3, RFC 3986 §6.2.2, §6.2.3
 */
export function isSameTarget(said: unknown, asked: URL): boolean {
  const url = typeof said === 'string' ? URL.parse(said) : null
  return url !== null && normalise(url) === normalise(asked)
}

const normalise = ({ origin, pathname }: URL): string => origin + pathname.replace(/%[0-9a-f]{2}/gi, normaliseOctet)

function normaliseOctet(encoded: string): string {
  const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16))
  return /[A-Za-z0-9\-._~]/.test(character) ? character : encoded.toUpperCase()
}
