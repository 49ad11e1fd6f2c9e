import { domainToASCII } from 'node:url'

/** The characters of RFC 5322's dot-atom, and letters of any script (RFC 6531 §3.3). */
const LOCAL_PART = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/
/** In octets (RFC 5321 §4.5.3.1, with the erratum that made a path's 256 an address's 254). */
const LONGEST_LOCAL_PART = 64
const LONGEST_ADDRESS = 254

/**
 * The form in which addresses are compared: NFKC, lower case, the domain in ASCII. Two addresses with the same key are the
 * same mailbox to everybody but the strictest of servers.
 *
 * @returns undefined for what is not an address, quoted local parts and address literals included
 * @see RFC 5321 §4.1.2, RFC 6531 §3.3
 */
export function emailKey(email: string): string | undefined {
  const at = email.lastIndexOf('@')
  if (at < 1 || !email.isWellFormed() || Buffer.byteLength(email) > LONGEST_ADDRESS) return undefined
  const local = email.slice(0, at)
  const domain = domainToASCII(email.slice(at + 1))
  if (Buffer.byteLength(local) > LONGEST_LOCAL_PART || !LOCAL_PART.test(local) || !HOST_NAME.test(domain))
    return undefined
  const key = `${local.normalize('NFKC').toLowerCase().normalize('NFKC')}@${domain}`
  return key.length <= LONGEST_ADDRESS ? key : undefined
}
