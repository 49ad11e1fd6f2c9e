import { InvalidClient } from '../errors/standard.ts'
import { readText } from '../operations/parse-params.ts'
import type { PresentedCredentials, RawParams } from '../plugin/request.ts'

const BASIC = /^Basic +([A-Za-z0-9+/_-]+=*) *$/i
const MAX_LENGTH = 2048

/**
 * What the caller shows to prove which app it is: a Basic header, or members of the body.
 *
 * @throws {InvalidRequest} when a member is repeated or not a text
 * @throws {InvalidClient} when the Authorization header cannot be read
 * @see RFC 6749 §2.3.1
 */
export function readCredentials(headers: Headers, params: RawParams): PresentedCredentials {
  const clientId = readText(params, 'client_id', MAX_LENGTH)
  const clientSecret = readText(params, 'client_secret', MAX_LENGTH)
  const authorization = headers.get('authorization')
  return { basic: authorization === null ? undefined : readBasic(authorization), clientId, clientSecret }
}

/** Another scheme is not for core to judge: an access token or a proof may stand there for a plugin. */
function readBasic(authorization: string): string | undefined {
  if (!/^Basic(?: |$)/i.test(authorization)) return undefined
  const basic = BASIC.exec(authorization)?.[1]
  if (basic === undefined || authorization.length > 2 * MAX_LENGTH) throw new InvalidClient()
  return basic
}
