import { type App, type PluginContext, publicJwkMistake } from 'grantql/plugin'
import { createLocalJWKSet, errors, type JWK, type JWTVerifyOptions, type JWTVerifyResult, jwtVerify } from 'jose'
import { settings } from './settings.ts'

const MOST_BYTES = 65_536
const MOST_KEYS = 50

/**
 * Verifies a JWT by the keys that an app registered, or publishes. Where none of those that it publishes fits, they are
 * asked for again: it may have changed them.
 *
 * @throws {JOSEError} when none fits, or a claim is wrong
 * @throws {OutgoingError} when what it publishes cannot be had
 */
export async function verifyByKeysOf(
  ctx: Pick<PluginContext, 'fetchDocument' | 'setting'>,
  app: App,
  jwt: string,
  options: JWTVerifyOptions,
): Promise<JWTVerifyResult> {
  const registered = ctx.setting(settings.jwks, app)
  if (registered !== '') return verifyByAny(jwt, keysIn(JSON.parse(registered)), options)
  const url = ctx.setting(settings.jwksUri, app)
  if (url === '') throw new errors.JWKSNoMatchingKey()
  const fetchKeys = async (rechecks: boolean) =>
    keysIn(await ctx.fetchDocument(url, { rechecks, maxBytes: MOST_BYTES }))
  try {
    return await verifyByAny(jwt, await fetchKeys(false), options)
  } catch (error) {
    if (!(error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed)) {
      throw error
    }
    return verifyByAny(jwt, await fetchKeys(true), options)
  }
}

/** Those of a set that may be used. What is published may hold others, such as keys to encrypt for. */
function keysIn(set: unknown): readonly JWK[] {
  const keys: unknown = typeof set === 'object' && set !== null && 'keys' in set ? set.keys : []
  return Array.isArray(keys) ? keys.slice(0, MOST_KEYS).filter((key) => publicJwkMistake(key) === undefined) : []
}

async function verifyByAny(jwt: string, keys: readonly JWK[], options: JWTVerifyOptions): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(jwt, createLocalJWKSet({ keys: [...keys] }), options)
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
    // Without a `kid`, several may fit.
    for await (const key of error) {
      try {
        return await jwtVerify(jwt, key, options)
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure
      }
    }
    throw new errors.JWSSignatureVerificationFailed()
  }
}

/** Verifies a JWT by any of the secrets that both sides have. @throws {JOSEError} */
export async function verifyBySecrets(
  jwt: string,
  secrets: readonly string[],
  options: JWTVerifyOptions,
): Promise<JWTVerifyResult> {
  for (const secret of secrets) {
    try {
      return await jwtVerify(jwt, Buffer.from(secret), options)
    } catch (failure) {
      if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure
    }
  }
  throw new errors.JWSSignatureVerificationFailed()
}
