import type { Core } from '../core.ts'
import { InvalidInput, NotFound } from '../errors/standard.ts'
import type { Address, Profile } from '../users/profile.ts'
import { type ProfileChanges, type ProfileWrite, TEXT_CLAIMS } from '../users/profiles.ts'
import type { Actor } from './actor.ts'
import { checkProfile, type ProfileInput } from './check-profile.ts'
import { findProfile } from './find-profile.ts'

/**
 * Changes a profile: their own, or any for an admin. An address or a number that changes is not verified any more, unless
 * an admin says so in the same breath. At most one user has an address verified.
 *
 * @throws {NotFound} when there is no such user, or it is another and `by` is no admin
 * @throws {InvalidInput} for the first mistake, with the path to it
 */
export async function updateProfile(
  core: Pick<Core, 'audit' | 'database' | 'now' | 'profiles' | 'users'>,
  by: Actor,
  userId: string,
  input: ProfileInput,
  requestId?: string,
): Promise<Profile> {
  const present = by.id === userId || by.role === 'admin' ? await findProfile(core, userId) : undefined
  if (!present) throw new NotFound()
  const changes = differing(checkProfile(input), present)
  if (by.role !== 'admin') refuseVerification(changes)
  const changed = Object.keys(changes)
  if (changed.length === 0) return present
  const guard = verificationGuard(changes, present)
  const event = { kind: 'user.updated', userId, requestId, details: { by: by.id, changed } } as const
  const outcome = await core.database.transaction(async (trx) => {
    const written = await core.profiles.update(trx, userId, changes, core.now(), guard)
    if (written === 'written') await core.audit.insertRow(trx, core.audit.row(event))
    return written
  })
  refuseUnwritten(outcome, changes)
  return (await findProfile(core, userId)) ?? present
}

/** What is not so already: a form sends everything that it shows, and what others change meanwhile is kept. */
function differing(changes: ProfileChanges, present: Profile): ProfileChanges {
  const { address, emailVerified, phoneNumberVerified } = changes
  const texts = TEXT_CLAIMS.filter((claim) => {
    const value = changes[claim]
    return value !== undefined && value !== (present[claim] ?? null)
  })
  const isNewEmail = texts.includes('email')
  const isNewNumber = texts.includes('phoneNumber')
  return {
    ...Object.fromEntries(texts.map((claim) => [claim, changes[claim]])),
    ...(address !== undefined && !isSameAddress(address, present.address) && { address }),
    ...(emailVerified !== undefined && (isNewEmail || emailVerified !== present.emailVerified) && { emailVerified }),
    ...(phoneNumberVerified !== undefined &&
      (isNewNumber || phoneNumberVerified !== present.phoneNumberVerified) && { phoneNumberVerified }),
  }
}

function isSameAddress(one: Address | null, other: Address | undefined): boolean {
  const parts = (address: Address) => JSON.stringify(Object.entries(address).sort())
  return parts(one ?? {}) === parts(other ?? {})
}

function refuseVerification(changes: ProfileChanges): void {
  for (const claim of ['emailVerified', 'phoneNumberVerified'] as const) {
    if (changes[claim] !== undefined)
      throw new InvalidInput({ message: 'Only an admin verifies this.', field: [claim] })
  }
}

/** What becomes verified is what was read, or what the same change writes: never something that came in between. */
function verificationGuard(changes: ProfileChanges, present: Profile) {
  const { email = present.email, phoneNumber = present.phoneNumber, emailVerified, phoneNumberVerified } = changes
  if (emailVerified && !email) {
    throw new InvalidInput({ message: 'There is no address to verify.', field: ['emailVerified'] })
  }
  if (phoneNumberVerified && !phoneNumber) {
    throw new InvalidInput({ message: 'There is no number to verify.', field: ['phoneNumberVerified'] })
  }
  return {
    ...(emailVerified && changes.email === undefined && { email: present.email }),
    ...(phoneNumberVerified && changes.phoneNumber === undefined && { phoneNumber: present.phoneNumber }),
  }
}

function refuseUnwritten(outcome: ProfileWrite, changes: ProfileChanges): void {
  if (outcome === 'email-taken') {
    throw new InvalidInput({ message: 'Another user has this address verified.', field: ['email'] })
  }
  if (outcome === 'changed-meanwhile') {
    const field = changes.emailVerified ? 'emailVerified' : 'phoneNumberVerified'
    throw new InvalidInput({ message: 'What you verify was changed meanwhile. Look again.', field: [field] })
  }
}
