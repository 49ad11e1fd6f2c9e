import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server'
import { param, type RequestContext, type SignIn } from 'grantql/plugin'
import { CHALLENGE_TTL_MS, openChallenge, takeChallenge } from './challenges.ts'
import { limits } from './limits.ts'
import { findCredential, noteUse } from './passkeys.ts'
import { LONGEST_CREDENTIAL, type PresentedCredential, readCredential } from './read-credential.ts'
import { isOffered, relyingParty } from './relying-party.ts'
import { signInScript } from './scripts.ts'
import type { PasskeyTables } from './tables.ts'

export const SIGN_IN = 'passkey'

const params = {
  credential: param.string({
    description: 'What the authenticator answered, as JSON.',
    secret: true,
    maxLength: LONGEST_CREDENTIAL,
  }),
}

/** A key that signed, a person who was there, and something that they are or know. */
const METHODS = ['pop', 'user', 'mfa']

/** Sign-in by a passkey that the authenticator finds by itself: nobody types who they are. */
export const passkeySignInMethod: SignIn<typeof params, PasskeyTables> = {
  id: SIGN_IN,
  label: 'Sign in with a passkey',
  params,
  methods: METHODS,
  isGuessable: false,
  script: signInScript,
  isOffered,

  async verify(ctx, { credential }) {
    const presented = isOffered(ctx) ? readCredential(credential) : undefined
    // Used up whatever is wrong with the rest, so that one challenge is one try.
    if (!presented || !(await takeChallenge(ctx, 'sign-in', presented.challenge))) return undefined
    const userId = await verifyAssertion(ctx, presented)
    return userId === undefined ? undefined : { userId, methods: METHODS }
  },
}

/**
 * What `navigator.credentials.get` is asked, by somebody who is not known yet.
 *
 * @throws {PasskeysNotOffered} {TooManyAttempts}
 */
export async function startSignIn(ctx: RequestContext<PasskeyTables>): Promise<object> {
  const { id: rpID } = relyingParty(ctx)
  await ctx.countByNetwork(limits.startSignIn)
  return generateAuthenticationOptions({
    rpID,
    challenge: await openChallenge(ctx, 'sign-in'),
    timeout: CHALLENGE_TTL_MS,
    userVerification: 'required',
  })
}

/** Whose passkey has signed the challenge, for this server and after looking who is there; undefined where anything is wrong. */
async function verifyAssertion(
  ctx: RequestContext<PasskeyTables>,
  presented: PresentedCredential,
): Promise<string | undefined> {
  const { credentialId, challenge, userHandle } = presented
  const row = await findCredential(ctx, credentialId)
  if (!row || userHandle !== row.user_id) return undefined
  const counter = await verifiedCounter(ctx, presented, {
    id: credentialId.toString('base64url'),
    publicKey: new Uint8Array(row.public_key),
    // Compared by the write below, which decides for all nodes.
    counter: 0,
    challenge: challenge.toString('base64url'),
  })
  if (counter === undefined) return undefined
  if (await noteUse(ctx, credentialId, counter)) return row.user_id
  const passkey = Buffer.from(row.credential_hash).toString('base64url')
  ctx.log.warn(
    { userId: row.user_id, passkey, counter, lastCounter: row.counter, requestId: ctx.request.id },
    'the counter of a passkey did not grow: it may have been cloned, or it was removed just now',
  )
  return undefined
}

interface Expected {
  readonly id: string
  readonly publicKey: Uint8Array<ArrayBuffer>
  readonly counter: number
  readonly challenge: string
}

async function verifiedCounter(
  ctx: RequestContext<PasskeyTables>,
  { json }: PresentedCredential,
  { challenge, ...credential }: Expected,
): Promise<number | undefined> {
  const { id, origin } = relyingParty(ctx)
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: json as unknown as AuthenticationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: id,
      credential,
      requireUserVerification: true,
    })
    return verified ? authenticationInfo.newCounter : undefined
  } catch (err) {
    ctx.log.info({ err, requestId: ctx.request.id }, 'a passkey was refused')
    return undefined
  }
}
