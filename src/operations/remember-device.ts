import type { Core } from '../core.ts'
import { mintSecret } from '../secrets/secret-format.ts'
import { deviceSecret } from '../users/device-cookie.ts'
import type { User } from '../users/user.ts'
import { usernameKey } from '../users/username.ts'

const REMEMBERED_MS = 180 * 24 * 60 * 60 * 1000

/** The secret that a browser keeps, and for how long. */
export interface RememberedDevice {
  readonly secret: string
  readonly expiresAt: Date
}

/**
 * Remembers the browser in which somebody has just signed in, so that guesses of others do not keep them out of it. One
 * secret a browser: several people may share it, each under their own name.
 *
 * @param signedIn what `signIn` answered
 */
export async function rememberDevice(
  core: Pick<Core, 'issuer' | 'knownDevices' | 'now'>,
  { account, user }: { readonly account: string | undefined; readonly user: Pick<User, 'id' | 'username'> },
  headers: Headers,
): Promise<RememberedDevice> {
  const at = core.now()
  const secret = deviceSecret(core.issuer, headers) ?? mintSecret('device', at).plain
  const expiresAt = new Date(at.getTime() + REMEMBERED_MS)
  await core.knownDevices.remember(secret, account ?? usernameKey(user.username) ?? user.username, user.id, expiresAt)
  return { secret, expiresAt }
}
