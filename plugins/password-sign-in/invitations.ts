import { defineError, InvalidInput, type PluginContext, type RequestContext, type User } from 'grantql/plugin'
import type { HashQueue } from './hash-queue.ts'
import { checkStrength, storesPassword } from './passwords.ts'
import { hashPassword } from './scrypt.ts'
import type { SignedUp } from './sign-up.ts'
import type { PasswordTables } from './tables.ts'

const DAY_SECONDS = 24 * 60 * 60
const SHORTEST_SECONDS = 60
const LONGEST_SECONDS = 30 * DAY_SECONDS
const DEFAULT_SECONDS = 7 * DAY_SECONDS

export const InvitationOver = defineError({
  code: 'invitation_over',
  status: 404,
  message: 'This invitation was used, is too old, or never was.',
})

export interface InviteInput {
  readonly username: string
  readonly role?: User['role'] | undefined
  /** The address in their profile. That they opened the link does not verify it. */
  readonly email?: string | undefined
  /** Defaults to 7 days. */
  readonly expiresInSeconds?: number | undefined
}

/** A link for whoever shall have the account. Only the hash of what it carries is stored. */
export interface Invitation {
  readonly url: URL
  readonly expiresAt: Date
}

/**
 * Invites somebody to an account of this name.
 *
 * @throws {InvalidInput} when the name is taken or not a user name, the email is no address, or the time is out of range
 */
export async function inviteUser(
  ctx: RequestContext<PasswordTables>,
  { username, role = 'user', email = '', expiresInSeconds = DEFAULT_SECONDS }: InviteInput,
): Promise<Invitation> {
  if (expiresInSeconds < SHORTEST_SECONDS || expiresInSeconds > LONGEST_SECONDS) {
    const message = `An invitation lasts from ${SHORTEST_SECONDS} to ${LONGEST_SECONDS} seconds.`
    throw new InvalidInput({ message, field: ['expiresInSeconds'] })
  }
  const name = await ctx.users.checkNewName(username)
  const address = ctx.users.checkEmail(email)
  const inviter = await ctx.sessions.current()
  const { plain, key } = ctx.secrets.mint('invitation')
  const expiresAt = new Date(ctx.now().getTime() + expiresInSeconds * 1000)
  const row = {
    token_key: key,
    username: name,
    role,
    email: address ?? null,
    invited_by: inviter?.user.id ?? null,
    used_at: null,
    expires_at: expiresAt.getTime(),
  }
  const event = { kind: 'user-invited', userId: inviter?.user.id, details: { username: name, role, expiresAt } }
  await ctx.transaction(async (trx) => {
    await trx.insertInto('password_sign_in_invitation').values(row).execute()
    await ctx.audit.write(event, trx)
  })
  return { url: ctx.url(`/invitation/${plain}`), expiresAt }
}

/** The account that an invitation is for, while it can be used. */
export async function findInvitation(ctx: PluginContext<PasswordTables>, token: string) {
  const key = ctx.secrets.keyOf('invitation', token)
  if (!key) return undefined
  return ctx.db
    .selectFrom('password_sign_in_invitation')
    .selectAll()
    .where('token_key', '=', key)
    .where('used_at', 'is', null)
    .where('expires_at', '>', ctx.now().getTime())
    .executeTakeFirst()
}

/**
 * Makes the account that an invitation is for, and signs its owner in. One guarded write uses it up, in the transaction that
 * makes the user: of many who come at once one gets in.
 *
 * @throws {InvitationOver} when it was used, is too old, or never was
 * @throws {InvalidInput} when the password is not good enough, or somebody else has taken the name
 */
export async function acceptInvitation(
  ctx: RequestContext<PasswordTables>,
  queue: HashQueue,
  token: string,
  password: string,
): Promise<SignedUp> {
  const requireOpen = async () => {
    const found = await findInvitation(ctx, token)
    if (!found) throw new InvitationOver()
    return found
  }
  const invitation = await requireOpen()
  checkStrength(ctx, password)
  const phc = await queue.run(async () => {
    // Somebody who waited for their turn may have lost meanwhile; then the work is saved.
    await requireOpen()
    return hashPassword(password)
  })
  const stores = storesPassword(ctx, phc)
  const at = ctx.now().getTime()
  const { username, role, email, invited_by, token_key: key } = invitation
  const account = { username, role, email: email ?? undefined, createdBy: invited_by ?? undefined }
  try {
    const user = await ctx.users.create(account, async (trx, userId) => {
      const { numUpdatedRows } = await trx
        .updateTable('password_sign_in_invitation')
        .set({ used_at: at })
        .where('token_key', '=', key)
        .where('used_at', 'is', null)
        .where('expires_at', '>', at)
        .executeTakeFirstOrThrow()
      if (numUpdatedRows !== 1n) throw new InvitationOver()
      await stores(trx, userId)
      await ctx.audit.write({ kind: 'invitation-accepted', userId, details: { invitedBy: invited_by } }, trx)
    })
    return { ...(await ctx.sessions.start(user.id, ['pwd'])), user }
  } catch (error) {
    // Whoever used it has the name as well: that is not news to tell twice.
    if (error instanceof InvalidInput) await requireOpen()
    throw error
  }
}

/** Forgets invitations that nobody can use any more. */
export async function sweepInvitations(ctx: PluginContext<PasswordTables>): Promise<void> {
  await ctx.db.deleteFrom('password_sign_in_invitation').where('expires_at', '<=', ctx.now().getTime()).execute()
}
