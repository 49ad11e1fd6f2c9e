import { OutgoingError } from '../errors/outgoing-error.ts'
import type { OutgoingPolicy } from './policy.ts'

const LONGEST_URL = 2048

/**
 * The URL of an outgoing request, if it is one that may be asked, whatever its host turns out to be: https, without
 * credentials, on a port that is allowed.
 *
 * @throws {OutgoingError} `refused`
 */
export function checkUrl(text: string | URL, { allowHttp = false, allowedPorts = [] }: OutgoingPolicy): URL {
  const url = URL.parse(text)
  if (!url || url.href.length > LONGEST_URL) throw refused('it is no absolute URL, or too long')
  if (url.protocol !== 'https:' && !(allowHttp && url.protocol === 'http:')) throw refused(`it is ${url.protocol}`)
  if (url.username !== '' || url.password !== '') throw refused('it carries credentials')
  if (url.hostname === '') throw refused('it names no host')
  // The default port of the scheme is printed as none.
  if (url.port !== '' && allowedPorts !== 'any' && !allowedPorts.includes(Number(url.port))) {
    throw refused(`its port ${url.port} is not in outgoing.allowedPorts`)
  }
  url.hash = ''
  return url
}

const refused = (why: string) => new OutgoingError('refused', `A URL may not be asked: ${why}.`)
