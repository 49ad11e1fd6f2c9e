import { InvalidInput, NotFound } from '../../errors/standard.ts'
import { createUser, updateUser } from '../../operations/create-user.ts'
import type { User } from '../../users/user.ts'
import { isAdmin, requireActor } from '../authorization.ts'
import type { Builder } from '../builder.ts'
import { coreOf } from '../context.ts'
import { declareMutation, type SchemaParts } from '../mutations.ts'
import { readIdOf } from '../node-id.ts'
import type { NodeAccess } from '../node-queries.ts'
import { readPage } from '../page.ts'
import type { CoreRefs } from '../refs.ts'

const itself: NodeAccess = async (id, context) => {
  const { actor } = await context.identity()
  return isAdmin(actor) || actor?.id === id
}

export function addUser(builder: Builder) {
  const Role = builder.enumType('Role', {
    description: 'What a user may do here.',
    values: {
      USER: { value: 'user', description: 'Makes apps, and approves what apps ask of them.' },
      ADMIN: { value: 'admin', description: 'Administers the server as well.' },
    } as const,
  })
  const ref = builder.objectRef<User>('User')
  builder.node(ref, {
    description: 'A person who signs in here. Everybody sees themselves alone; an admin sees everybody.',
    authScopes: ({ id }) => ({ self: id }),
    extensions: { nodeAccess: itself },
    id: { resolve: ({ id }) => id },
    // Copied, because the relay plugin marks what it loads, and what core remembers is frozen.
    loadOne: async (id, context) => copyOf(await coreOf(context).users.byId(id)),
    fields: (t) => ({
      username: t.exposeString('username', { description: 'The name that they sign in by.' }),
      role: t.field({ type: Role, description: 'What they may do here.', resolve: ({ role }) => role }),
      isDisabled: t.boolean({
        description: 'They cannot sign in, and their tokens are inactive.',
        resolve: ({ disabledAt }) => disabledAt !== undefined,
      }),
      createdAt: t.field({
        type: 'DateTime',
        description: 'Since when they exist.',
        resolve: ({ createdAt }) => createdAt,
      }),
    }),
  })
  return { User: ref, Role }
}

const copyOf = (user: User | undefined): User | null => (user ? { ...user } : null)

export function addUserQueries({ builder }: SchemaParts, { User }: CoreRefs): void {
  builder.queryField('viewer', (t) =>
    t.field({
      type: User,
      nullable: true,
      subGraphs: ['public', 'admin'],
      description: 'Who is signed in; null for nobody, and for an app that uses an access token.',
      resolve: async (_root, _args, context) => (await context.identity()).viewer?.user ?? null,
    }),
  )
  builder.queryField('users', (t) =>
    t.connection(
      {
        type: User,
        nullable: true,
        subGraphs: ['admin'],
        authScopes: { admin: true },
        description: 'Everybody, oldest first.',
        resolve: async (_root, page, context) => {
          const { users } = coreOf(context)
          return { ...(await readPage('users', page, (slice) => users.list(slice))), total: () => users.count() }
        },
      },
      {
        name: 'UserConnection',
        subGraphs: ['admin'],
        fields: (t) => ({
          totalCount: t.int({
            description: 'How many there are in all.',
            resolve: (connection) => (connection as unknown as { total(): Promise<number> }).total(),
          }),
        }),
      },
      { name: 'UserEdge', subGraphs: ['admin'] },
    ),
  )
  builder.queryField('user', (t) =>
    t.field({
      type: User,
      nullable: true,
      subGraphs: ['admin'],
      authScopes: { admin: true },
      description: 'One user, by id, by user name, or by the email address that they have verified.',
      args: { id: t.arg.id(), username: t.arg.string(), email: t.arg.string() },
      resolve: async (_root, { id, username, email }, context) => {
        const { profiles, users } = coreOf(context)
        const named = typeof id === 'string' ? readIdOf('User', id) : undefined
        const userId = named ?? (typeof email === 'string' ? await profiles.userIdByVerifiedEmail(email) : undefined)
        if (userId !== undefined) return (await users.byId(userId)) ?? null
        return typeof username === 'string' ? ((await users.byName(username)) ?? null) : null
      },
    }),
  )
}

export function addUserMutations(parts: SchemaParts, { User, Role }: CoreRefs): void {
  declareMutation(parts, 'createUser', {
    description: 'Makes a user.',
    subGraphs: ['admin'],
    input: (t) => ({
      username: t.string({ required: true, description: '1 to 64 letters, digits or . _ @ + -' }),
      password: t.string({ description: 'Left out: the user has no way to sign in yet. Never logged.' }),
      role: t.field({ type: Role, description: 'Defaults to USER.' }),
      email: t.string({ description: 'Part of their profile. updateUserProfile says whether it is verified.' }),
    }),
    type: User,
    errors: [InvalidInput],
    resolve: async ({ username, password, role, email }, context) =>
      createUser(coreOf(context), await requireActor(context), {
        username,
        password: password ?? undefined,
        email,
        ...(role && { role }),
      }),
  })
  declareMutation(parts, 'updateUser', {
    description: 'Changes what a user may do. Somebody who is disabled is signed out everywhere.',
    subGraphs: ['admin'],
    args: (arg) => ({ id: arg.id({ required: true }) }),
    input: (t) => ({
      role: t.field({ type: Role }),
      isDisabled: t.boolean({ description: 'Whether they can no longer sign in.' }),
    }),
    type: User,
    errors: [NotFound, InvalidInput],
    resolve: async ({ role, isDisabled }, context, { id }) => {
      const userId = readIdOf('User', id)
      if (userId === undefined) throw new NotFound()
      const changes = { ...(role && { role }), ...(typeof isDisabled === 'boolean' && { isDisabled }) }
      return updateUser(coreOf(context), await requireActor(context), userId, changes)
    },
  })
}
