import { createHash } from 'node:crypto'
import { type PluginContext, publicJwkMistake, type RequestContext } from 'grantql/plugin'
import { calculateJwkThumbprint, decodeProtectedHeader, EmbeddedJWK, errors, type JWTPayload, jwtVerify } from 'jose'
import { ALGORITHMS } from './algorithms.ts'
import { InvalidDpopProof } from './errors.ts'
import { settings } from './settings.ts'
import { isSameTarget } from './target-uri.ts'

const LONGEST_PROOF = 8192
const LONGEST_ID = 512
/** By how much the clock of an app may be ahead of ours. */
const AHEAD_SECONDS = 15

/** What a proof says once it holds. */
export interface Proof {
  /** SHA-256 thumbprint of the key (RFC 7638). */
  readonly thumbprint: string
  readonly id: string
  readonly nonce: unknown
  /** Until when it could be used. */
  readonly until: Date
}

/**
 * Verifies a proof against the request that it came with; that it was not used before is not looked at.
 *
 * @param accessToken which it has to be made for, where one is presented
 * @throws {InvalidDpopProof}
 * @see RFC 9449 §4.3
 */
export async function verifyProof(ctx: RequestContext, proof: string, accessToken: string | undefined): Promise<Proof> {
  const { claims, thumbprint } = await readProof(ctx, proof)
  const { jti, htm, htu, iat, ath, nonce } = claims
  if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_ID) throw wrong('jti')
  if (htm !== ctx.request.method) throw wrong('htm')
  if (!isSameTarget(htu, ctx.request.url)) throw wrong('htu')
  if (accessToken !== undefined && ath !== createHash('sha256').update(accessToken).digest('base64url')) {
    throw wrong('ath')
  }
  return { thumbprint, id: jti, nonce, until: endOf(ctx, iat) }
}

async function readProof(ctx: PluginContext, proof: string): Promise<{ claims: JWTPayload; thumbprint: string }> {
  try {
    // Two headers come as one text with a comma in it, which no JWT has.
    if (proof.length > LONGEST_PROOF) throw new errors.JWTInvalid('The proof is too long.')
    const { jwk } = decodeProtectedHeader(proof)
    const mistake = publicJwkMistake(jwk)
    if (jwk === undefined || mistake !== undefined) throw new errors.JWTInvalid(mistake)
    const { payload } = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: [...ALGORITHMS],
      currentDate: ctx.now(),
    })
    return { claims: payload, thumbprint: await calculateJwkThumbprint(jwk) }
  } catch (cause) {
    throw new InvalidDpopProof({ cause })
  }
}

/** @throws {InvalidDpopProof} when it was made too long ago, or is not made yet */
function endOf(ctx: PluginContext, issuedAt: unknown): Date {
  if (typeof issuedAt !== 'number' || !Number.isFinite(issuedAt)) throw wrong('iat')
  const now = ctx.now().getTime() / 1000
  const end = issuedAt + ctx.setting(settings.proofSeconds)
  if (end < now || issuedAt > now + AHEAD_SECONDS) throw wrong('iat')
  return new Date(end * 1000)
}

/** Which claim it is helps the developer, and nobody else. */
const wrong = (claim: string) =>
  new InvalidDpopProof({ message: `The claim ${claim} of the DPoP proof is missing or wrong.`, about: claim })
