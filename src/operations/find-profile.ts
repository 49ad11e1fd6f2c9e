import type { Core } from '../core.ts'
import type { Profile } from '../users/profile.ts'

/** The profile of a user, with what it defaults to; undefined where there is no such user. */
export async function findProfile(
  core: Pick<Core, 'profiles' | 'users'>,
  userId: string,
): Promise<Profile | undefined> {
  const user = await core.users.byId(userId)
  if (!user) return undefined
  const stored = await core.profiles.of(userId)
  return {
    emailVerified: false,
    phoneNumberVerified: false,
    updatedAt: user.createdAt,
    preferredUsername: user.username,
    ...stored,
  }
}
