import type { Command } from 'commander'
import { BootError } from '../config/boot-error.ts'
import type { Core } from '../core.ts'
import { createUser, updateUser } from '../operations/create-user.ts'
import { setPassword } from '../operations/set-password.ts'
import { updateProfile } from '../operations/update-profile.ts'
import type { User } from '../users/user.ts'
import { askPassword, PASSWORD_VARIABLE } from './ask-password.ts'
import { formatInstant, formatTable, print } from './output.ts'
import { OPERATOR, withCore } from './with-core.ts'

const PAGE = 500

interface Json {
  readonly json?: boolean
}

interface NewUserOptions extends Json {
  readonly admin?: boolean
  readonly email?: string
}

/** `grantql user …` */
export function addUserCommands(program: Command): void {
  const group = program.command('user').description('People who sign in.')

  group
    .command('create <username>')
    .description(`Make a user. The password is asked for, or comes from the input or ${PASSWORD_VARIABLE}.`)
    .option('--admin', 'who may administer this server')
    .option('--email <address>', 'part of their profile, unverified')
    .option('--json', 'print JSON')
    .action(async (username: string, { admin, email, json }: NewUserOptions, command: Command) =>
      withCore(command, async (core) => {
        const user = await createUser(core, undefined, {
          username,
          role: admin ? 'admin' : 'user',
          email,
          password: await askPassword(),
        })
        print(
          json,
          await describe(core, user),
          () => `The ${user.role === 'admin' ? 'admin' : 'user'} ${user.username} can sign in now.`,
        )
      }),
    )

  group
    .command('list')
    .description('List all users.')
    .option('--json', 'print JSON')
    .action(async ({ json }: Json, command: Command) =>
      withCore(command, async (core) => {
        const users = await Array.fromAsync(allUsers(core))
        const described = await Promise.all(users.map((user) => describe(core, user)))
        const row = (user: User, index: number) => [
          user.username,
          user.role,
          user.disabledAt ? 'disabled' : 'active',
          described[index]?.email ?? '–',
          formatInstant(user.createdAt),
          user.id,
        ]
        print(json, described, () =>
          formatTable(['user name', 'role', 'status', 'email', 'created', 'id'], users.map(row)),
        )
      }),
    )

  group
    .command('password <username>')
    .description('Give a user another password, and sign them out everywhere.')
    .action(async (username: string, _options: Json, command: Command) =>
      withCore(command, async (core) => {
        const user = await findUser(core, username)
        await setPassword(core, OPERATOR, user, await askPassword())
        print(false, undefined, () => `${user.username} has a new password and is signed out everywhere.`)
      }),
    )

  group
    .command('email <username> <address>')
    .description('Give a user another email address; it is unverified unless you say otherwise.')
    .option('--verified', 'it is known to be theirs: no other user has it verified')
    .action(async (username: string, email: string, { verified = false }: { verified?: boolean }, command: Command) =>
      withCore(command, async (core) => {
        const user = await findUser(core, username)
        await updateProfile(core, OPERATOR, user.id, { email, emailVerified: verified })
        print(false, undefined, () => `${user.username} has the address ${email}, ${verified ? '' : 'not '}verified.`)
      }),
    )

  const change = (name: string, description: string, changes: Parameters<typeof updateUser>[3], done: string) =>
    group
      .command(`${name} <username>`)
      .description(description)
      .action(async (username: string, _options: Json, command: Command) =>
        withCore(command, async (core) => {
          const user = await findUser(core, username)
          if (changes.isDisabled) await refuseLastAdmin(core, user)
          await updateUser(core, OPERATOR, user.id, changes)
          print(false, undefined, () => `${user.username} ${done}`)
        }),
      )
  change(
    'disable',
    'Sign a user out for good: nothing they approved works either.',
    { isDisabled: true },
    'can no longer sign in.',
  )
  change('enable', 'Let a disabled user in again.', { isDisabled: false }, 'can sign in again.')
  change('promote', 'Make a user an admin.', { role: 'admin' }, 'is an admin now.')
}

/** @throws {BootError} when there is no such user */
export async function findUser(core: Pick<Core, 'users'>, username: string): Promise<User> {
  const user = await core.users.byName(username)
  if (!user) throw new BootError('There is no user of that name: see `grantql user list`.')
  return user
}

/** Every user, page by page. */
export async function* allUsers({ users }: Pick<Core, 'users'>): AsyncGenerator<User> {
  for (let after: string | undefined; ; ) {
    const page = await users.list({ limit: PAGE, ...(after !== undefined && { after }) })
    yield* page
    after = page.at(-1)?.id
    if (page.length < PAGE) return
  }
}

async function refuseLastAdmin(core: Pick<Core, 'users'>, user: User): Promise<void> {
  if (user.role !== 'admin') return
  for await (const other of allUsers(core))
    if (other.id !== user.id && other.role === 'admin' && !other.disabledAt) return
  throw new BootError(`${user.username} is the last admin who can sign in: promote another user first.`)
}

async function describe({ profiles }: Pick<Core, 'profiles'>, user: User) {
  const { email = null, emailVerified = false } = (await profiles.of(user.id)) ?? {}
  return {
    id: user.id,
    username: user.username,
    role: user.role,
    isDisabled: user.disabledAt !== undefined,
    email,
    isEmailVerified: emailVerified,
    createdAt: user.createdAt.toISOString(),
  }
}
