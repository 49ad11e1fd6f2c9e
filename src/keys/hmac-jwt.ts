import { timingSafeEqual } from 'node:crypto'

/** HMAC-SHA-256 of a text under each of this server's secrets, the newest first. */
export type Digests = (text: string) => readonly [Buffer, ...Buffer[]]

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Makes a compact JWS with a symmetric key (RFC 7518 §3.2), which nobody but this server can verify. */
export function signHmacJwt(claims: object, digests: Digests, type: string): string {
  const input = `${encode({ alg: 'HS256', typ: type })}.${encode(claims)}`
  return `${input}.${digests(input)[0].toString('base64url')}`
}

/** Claims of a JWS that was made with this `typ`, under whichever secret; undefined for everything else. Never throws. */
export function verifyHmacJwt(
  jwt: string,
  digests: Digests,
  type: string,
): Readonly<Record<string, unknown>> | undefined {
  const [header = '', claims = '', signature = '', ...more] = jwt.split('.')
  if (more.length > 0 || header !== encode({ alg: 'HS256', typ: type })) return undefined
  const given = Buffer.from(signature, 'base64url')
  if (given.toString('base64url') !== signature) return undefined
  const isOurs = digests(`${header}.${claims}`).some(
    (digest) => digest.length === given.length && timingSafeEqual(digest, given),
  )
  return isOurs ? (JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>) : undefined
}
