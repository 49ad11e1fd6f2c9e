import {
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { InvalidInput, type PluginContext, type User } from 'grantql/plugin'
import { CHALLENGE_TTL_MS, openChallenge, takeChallenge } from './challenges.ts'
import { addCredential, credentialsOf, type Passkey } from './passkeys.ts'
import { type PresentedCredential, readCredential } from './read-credential.ts'
import { relyingParty } from './relying-party.ts'
import { settings } from './settings.ts'
import type { PasskeyTables } from './tables.ts'

type Context = PluginContext<PasskeyTables>

const LONGEST_LABEL = 64
/** EdDSA, ES256 and RS256 by their COSE numbers: named, for the library would ask each runtime what it can do. */
const ALGORITHMS = [-8, -7, -257]

/**
 * What `navigator.credentials.create` is asked, for a user who is signed in: a passkey that the authenticator finds by
 * itself, and that it uses for nobody but its owner.
 *
 * @throws {PasskeysNotOffered} {InvalidInput} when the user has as many as one may have
 */
export async function startRegistration(ctx: Context, user: User): Promise<object> {
  const { id: rpID, name: rpName } = relyingParty(ctx)
  const present = await credentialsOf(ctx, user.id)
  checkCount(ctx, present.length)
  return generateRegistrationOptions({
    rpID,
    rpName,
    userID: new Uint8Array(Buffer.from(user.id)),
    userName: user.username,
    userDisplayName: user.username,
    challenge: await openChallenge(ctx, { userId: user.id }),
    timeout: CHALLENGE_TTL_MS,
    supportedAlgorithmIDs: ALGORITHMS,
    attestationType: 'none',
    excludeCredentials: present.map(({ credential_id, transports }) => ({
      id: Buffer.from(credential_id).toString('base64url'),
      transports: JSON.parse(transports),
    })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
}

/**
 * Registers what the authenticator answered.
 *
 * @throws {PasskeysNotOffered} {InvalidInput}
 */
export async function finishRegistration(ctx: Context, user: User, text: string, label: string): Promise<Passkey> {
  const checkedLabel = readLabel(label)
  const presented = readCredential(text)
  // Used up whatever is wrong with the rest.
  if (!presented || !(await takeChallenge(ctx, { userId: user.id }, presented.challenge))) throw refused()
  const { credential } = await verify(ctx, presented)
  checkCount(ctx, (await credentialsOf(ctx, user.id)).length)
  return addCredential(ctx, user.id, {
    credential_id: Buffer.from(credential.id, 'base64url'),
    public_key: Buffer.from(credential.publicKey),
    counter: credential.counter,
    transports: JSON.stringify(readTransports(credential.transports)),
    label: checkedLabel,
  })
}

async function verify(ctx: Context, presented: PresentedCredential) {
  const { id, origin } = relyingParty(ctx)
  try {
    const { registrationInfo } = await verifyRegistrationResponse({
      response: presented.json as unknown as RegistrationResponseJSON,
      expectedChallenge: presented.challenge.toString('base64url'),
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    })
    if (registrationInfo) return registrationInfo
  } catch (cause) {
    throw refused(cause)
  }
  throw refused()
}

function refused(cause?: unknown): Error {
  const message = 'The passkey could not be verified, or it took longer than five minutes. Start again.'
  return new InvalidInput({ message, field: ['credential'], cause })
}

/** It is counted before it is added, so several at once may pass the limit by a few: it bounds, it does not promise. */
function checkCount(ctx: Context, count: number): void {
  const most = ctx.setting(settings.mostPerUser)
  if (count < most) return
  throw new InvalidInput({ message: `One has at most ${most} passkeys. Remove one first.`, field: ['credential'] })
}

function readLabel(label: string): string {
  const trimmed = label.trim()
  if (trimmed.length > LONGEST_LABEL || !trimmed.isWellFormed() || /\p{Cc}/u.test(trimmed)) {
    throw new InvalidInput({ message: `A name has at most ${LONGEST_LABEL} characters.`, field: ['label'] })
  }
  return trimmed === '' ? 'Passkey' : trimmed
}

const TRANSPORTS = ['ble', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const

/** They are handed to browsers again, and they come from one: only what we know is kept. */
function readTransports(sent: unknown): readonly string[] {
  return Array.isArray(sent) ? TRANSPORTS.filter((transport) => sent.includes(transport)) : []
}
