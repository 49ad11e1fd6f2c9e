import type { Core } from '../core.ts'
import { InvalidInput, NotFound } from '../errors/standard.ts'
import type { Enrolment } from '../plugin/contributions.ts'
import { generateId } from '../secrets/generate-id.ts'
import type { User } from '../users/user.ts'
import { usernameKey } from '../users/username.ts'
import type { Actor } from './actor.ts'
import { checkEmail } from './check-profile.ts'
import { endAllSessions } from './end-session.ts'
import { ownTables } from './own-tables.ts'
import { pluginContext } from './plugin-context.ts'
import { withDeadline } from './with-deadline.ts'

export interface NewUser {
  readonly username: string
  readonly role?: User['role']
  /** Not verified by being told. */
  readonly email?: string | null | undefined
  /** Enrolled with the first sign-in that takes a password. Left out: the user has no way to sign in yet. */
  readonly password?: string | undefined
}

/**
 * Makes a user.
 *
 * @param by who makes it; undefined for the command line and the first start
 * @throws {InvalidInput} when the name is taken or not a user name, the email is no address, or the password is too weak
 */
export async function createUser(core: Core, by: Pick<Actor, 'id'> | undefined, input: NewUser): Promise<User> {
  readUsername(input.username)
  checkEmail(input.email)
  const enrolment =
    input.password === undefined ? undefined : await prepareEnrolment(core, { password: input.password })
  return addUser(core, input, { enrolment, createdBy: by?.id })
}

/**
 * Makes a user, together with what lets them sign in.
 *
 * @param createdBy the id of who is answerable for it; left out: they themselves, or the operator
 * @throws {InvalidInput} when the name is taken or not a user name, or the email is no address
 * @throws what the enrolment throws; then there is no user either
 */
export async function addUser(
  core: Pick<Core, 'audit' | 'now' | 'profiles' | 'users'>,
  input: Pick<NewUser, 'username' | 'email'> & { readonly role?: User['role'] | undefined },
  { enrolment, createdBy }: { readonly enrolment?: Enrolment | undefined; readonly createdBy?: string | undefined },
): Promise<User> {
  const username = readUsername(input.username)
  const at = core.now()
  const user: User = { id: generateId(at), username, role: input.role ?? 'user', disabledAt: undefined, createdAt: at }
  const email = checkEmail(input.email)
  const isInserted = await core.users.insert(user, async (trx, userId) => {
    if (email !== undefined) await core.profiles.insert(trx, userId, email, at)
    await enrolment?.(trx, userId)
  })
  if (!isInserted) throw nameTaken()
  await core.audit.write({ kind: 'user.created', userId: user.id, details: { role: user.role, by: createdBy } })
  return user
}

/**
 * Tells whether somebody could have this name from now on.
 *
 * @returns the name as it would be stored
 * @throws {InvalidInput} when it is taken or not a user name
 */
export async function checkNewUsername(core: Pick<Core, 'users'>, username: string): Promise<string> {
  const read = readUsername(username)
  if (await core.users.byName(read)) throw nameTaken()
  return read
}

const nameTaken = () => new InvalidInput({ message: 'This user name is taken.', field: ['username'] })

function readUsername(username: string): string {
  if (usernameKey(username) === undefined) {
    throw new InvalidInput({
      message: 'A user name has 1 to 64 letters, digits or . _ @ + - and begins with a letter or digit.',
      field: ['username'],
    })
  }
  return username.normalize('NFKC')
}

/**
 * Prepares a user's password with the sign-in that takes one.
 *
 * @throws {InvalidInput} when it is too weak, or no sign-in of this server takes passwords
 */
export async function prepareEnrolment(core: Core, values: { readonly password: string }): Promise<Enrolment> {
  const signIn = core.registry.signIns.find((candidate) => candidate.enroll && 'password' in candidate.params)
  if (!signIn?.enroll)
    throw new InvalidInput({ message: 'No sign-in of this server takes a password.', field: ['password'] })
  const { pluginId } = signIn
  const enrolling = signIn.enroll(pluginContext(core, pluginId), values)
  const write = await withDeadline(enrolling, `the sign-in ${signIn.id}`)
  return (trx, userId) => write(ownTables(core, trx, pluginId), userId)
}

export interface UserChanges {
  readonly role?: User['role']
  readonly isDisabled?: boolean
}

/**
 * Changes what an admin may change of a user. Somebody who is disabled is signed out everywhere, and their tokens are
 * inactive while it lasts.
 *
 * @throws {NotFound} {InvalidInput} when an admin would lock themselves out
 */
export async function updateUser(core: Core, by: Pick<Actor, 'id'>, id: string, changes: UserChanges): Promise<User> {
  const user = await core.users.byId(id)
  if (!user) throw new NotFound()
  const isDisabled = changes.isDisabled ?? user.disabledAt !== undefined
  const next: User = {
    ...user,
    role: changes.role ?? user.role,
    disabledAt: isDisabled ? (user.disabledAt ?? core.now()) : undefined,
  }
  if (user.id === by.id && (next.role !== 'admin' || next.disabledAt)) {
    throw new InvalidInput({ message: 'Admins cannot take their own rights away; another admin can.', field: ['id'] })
  }
  await core.users.update(next, user)
  if (next.disabledAt) await endAllSessions(core, next.id)
  await core.audit.write({
    kind: 'user.updated',
    userId: user.id,
    details: { by: by.id, changed: Object.keys(changes) },
  })
  return next
}
