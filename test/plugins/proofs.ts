import { createHash, randomUUID } from 'node:crypto'
import type { TestApp, TestServer } from 'grantql/testing'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

/** A key that an app has, to prove that or who it is. */
export interface TestKey {
  readonly algorithm: string
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
  readonly privateJwk: JWK
  readonly thumbprint: string
}

export async function createKey(algorithm = 'ES256'): Promise<TestKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
  const publicJwk = await exportJWK(publicKey)
  const thumbprint = await calculateJwkThumbprint(publicJwk)
  return { algorithm, privateKey, publicJwk, privateJwk: await exportJWK(privateKey), thumbprint }
}

export interface ProofOptions {
  readonly url?: string
  readonly accessToken?: string
  /** Members in place of what an honest app says; undefined leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
}

/** Seconds since the epoch, by the clock of the server. */
export const secondsOf = (server: Pick<TestServer, 'clock'>): number => Math.floor(server.clock.now().getTime() / 1000)

/** A DPoP proof (RFC 9449 §4.2) for a POST. */
export function prove(
  server: Pick<TestServer, 'clock'>,
  key: TestKey,
  { url = 'http://localhost:3000/oauth/token', accessToken, claims = {}, header = {} }: ProofOptions = {},
): Promise<string> {
  return new SignJWT({
    jti: randomUUID(),
    htm: 'POST',
    htu: url,
    iat: secondsOf(server),
    ...(accessToken !== undefined && { ath: createHash('sha256').update(accessToken).digest('base64url') }),
    ...claims,
  })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: key.algorithm, jwk: key.publicJwk, ...header })
    .sign(key.privateKey)
}

/** Gives an app its own value of a setting. */
export async function setOf(
  { server }: Pick<TestServer, 'server'>,
  { app }: Pick<TestApp, 'app'>,
  name: string,
  value: unknown,
): Promise<void> {
  const latest = (await server.core.apps.byId(app.id)) ?? app
  await server.core.apps.update({ ...latest, settings: { ...latest.settings, [name]: value } })
}
