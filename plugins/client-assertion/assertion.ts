import { InvalidClient, InvalidRequest, param, type RawParams } from 'grantql/plugin'
import { decodeJwt, decodeProtectedHeader } from 'jose'

/** @see RFC 7523 §2.2 */
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const LONGEST_ASSERTION = 8192

export const params = {
  clientAssertion: param.string({
    description: 'A JWT that proves which app asks, in place of a secret. Never logged.',
    optional: true,
    secret: true,
    maxLength: LONGEST_ASSERTION,
  }),
  clientAssertionType: param.string({ description: `What it is: ${JWT_BEARER}.`, optional: true }),
}

/** Whether the request says that it authenticates by an assertion, of any type. */
export const hasAssertion = (sent: RawParams): boolean =>
  ['client_assertion', 'client_assertion_type'].some((name) => sent.all(name).some((value) => value !== ''))

/** Whether the assertion claims to be signed with a secret that both sides have. What cannot be read does not. */
export function isSymmetric(sent: RawParams): boolean {
  const [assertion] = sent.all('client_assertion')
  try {
    return /^HS/.test(decodeProtectedHeader(String(assertion)).alg ?? '')
  } catch {
    return false
  }
}

/**
 * The assertion of a request, and whom it names. Nothing is proved by that.
 *
 * @throws {InvalidRequest} when it is repeated, or no text
 * @throws {InvalidClient} when it is of another type, or cannot be read
 */
export function readAssertion(sent: RawParams): { readonly jwt: string; readonly clientId: string } {
  const type = oneText(sent, 'client_assertion_type')
  const jwt = oneText(sent, 'client_assertion')
  if (type !== JWT_BEARER || jwt.length > LONGEST_ASSERTION) throw new InvalidClient()
  try {
    const { sub } = decodeJwt(jwt)
    if (typeof sub === 'string' && sub !== '') return { jwt, clientId: sub }
  } catch (cause) {
    throw new InvalidClient({ cause })
  }
  throw new InvalidClient()
}

function oneText(sent: RawParams, name: string): string {
  const [text = '', ...more] = sent.all(name)
  if (typeof text !== 'string' || more.length > 0) {
    throw new InvalidRequest({ message: `The parameter ${name} must be one text.`, about: name })
  }
  return text
}
