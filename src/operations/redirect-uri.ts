import { OUT_OF_BAND } from '../plugin/out-of-band.ts'
import { isStorableText } from './text.ts'

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost'])
const DANGEROUS = new Set([
  'javascript:',
  'data:',
  'vbscript:',
  'file:',
  'blob:',
  'about:',
  'ws:',
  'wss:',
  'ftp:',
  'mailto:',
])
/** A private-use scheme is a domain name in reverse, so it has a dot (RFC 8252 §7.1). */
const PRIVATE_USE = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+:$/

/**
 * What is wrong with a redirect URI that somebody wants to register; undefined where nothing is.
 *
 * @see RFC 6749 §3.1.2, RFC 8252 §7, §8.4, RFC 9700 §4.1
 */
export function redirectUriMistake(uri: string): string | undefined {
  if (uri === OUT_OF_BAND) return undefined
  if (uri.length > 2000 || !isStorableText(uri) || /[\s\\]/.test(uri))
    return 'A redirect URI is at most 2,000 characters, without spaces or backslashes.'
  if (uri.includes('*')) return 'A redirect URI has no wildcard: it is compared as it stands.'
  if (!URL.canParse(uri)) return 'A redirect URI is absolute.'
  const url = new URL(uri)
  if (uri.includes('#')) return 'A redirect URI has no fragment.'
  if (url.username !== '' || url.password !== '') return 'A redirect URI holds no user name or password.'
  if (DANGEROUS.has(url.protocol)) return 'A redirect URI of this scheme is not safe.'
  if (url.protocol === 'https:') return undefined
  if (url.protocol === 'http:')
    return LOOPBACK.has(url.hostname) ? undefined : 'http is for loopback addresses alone; use https.'
  if (!PRIVATE_USE.test(url.protocol))
    return 'A private-use scheme is a domain name in reverse, such as com.example.app.'
  return url.host === '' ? undefined : 'A private-use scheme is followed by a single slash: com.example.app:/callback.'
}

/**
 * Whether a requested redirect URI is one that the app registered: the same text, but that the port of a loopback IP
 * address may be any (RFC 8252 §7.3).
 *
 * @see RFC 9700 §4.1.3
 */
export function isRegisteredRedirectUri(registered: readonly string[], requested: string): boolean {
  if (registered.includes(requested)) return true
  // A port may have five digits and still be none.
  return URL.canParse(requested) && registered.some((uri) => differsInLoopbackPortAlone(uri, requested))
}

const LOOPBACK_WITH_PORT = /^http:\/\/(127\.0\.0\.1|\[::1\])(?::\d{1,5})?(\/.*|\?.*)?$/

function differsInLoopbackPortAlone(registered: string, requested: string): boolean {
  const one = LOOPBACK_WITH_PORT.exec(registered)
  const other = LOOPBACK_WITH_PORT.exec(requested)
  return one !== null && other !== null && one[1] === other[1] && (one[2] ?? '') === (other[2] ?? '')
}
