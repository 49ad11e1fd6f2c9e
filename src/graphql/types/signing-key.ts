import type { SigningKeySummary } from '../../keys/keys.ts'
import { rotateKeys } from '../../operations/rotate-keys.ts'
import { requireActor } from '../authorization.ts'
import { coreOf } from '../context.ts'
import { declareMutation, type SchemaParts } from '../mutations.ts'

/** Adds the signing keys, without anything of their private part. */
export function addSigningKeys(parts: SchemaParts): void {
  const { builder } = parts
  const State = builder.enumType('SigningKeyState', {
    description: 'What a signing key does now.',
    subGraphs: ['admin'],
    values: {
      PENDING: { value: 'pending', description: 'Published, and signs later.' },
      ACTIVE: { value: 'active', description: 'It signs.' },
      RETIRING: {
        value: 'retiring',
        description: 'It signs no more, and is published until its last token has expired.',
      },
      RETIRED: { value: 'retired', description: 'It is published no more.' },
    } as const,
  })
  const SigningKey = builder.objectRef<SigningKeySummary>('SigningKey').implement({
    description: 'A key that tokens are signed with.',
    subGraphs: ['admin'],
    authScopes: { admin: true },
    fields: (t) => ({
      kid: t.exposeString('kid', { description: 'Its name in JWKS.' }),
      algorithm: t.exposeString('algorithm', { description: 'ES256, RS256 or EdDSA.' }),
      state: t.field({ type: State, description: 'What it does now.', resolve: ({ state }) => state }),
      createdAt: t.field({ type: 'DateTime', description: 'When it was made.', resolve: ({ createdAt }) => createdAt }),
      activeAt: t.field({
        type: 'DateTime',
        description: 'Since when, or from when on, it signs.',
        resolve: ({ activeAt }) => activeAt,
      }),
      retiringAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When the next key takes over; null until there is one.',
        resolve: ({ retiringAt }) => retiringAt,
      }),
      retiredAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When it leaves JWKS; null until the next key is there.',
        resolve: ({ retiredAt }) => retiredAt,
      }),
    }),
  })
  builder.queryField('signingKeys', (t) =>
    t.field({
      type: [SigningKey],
      nullable: true,
      subGraphs: ['admin'],
      authScopes: { admin: true },
      description: 'Every signing key, the retired ones too, oldest first.',
      resolve: (_root, _args, context) => coreOf(context).keys.list(),
    }),
  )
  const RotatedKeys = builder.objectRef<{ readonly keys: readonly SigningKeySummary[] }>('RotatedKeys').implement({
    description: 'The keys that take over.',
    subGraphs: ['admin'],
    authScopes: { admin: true },
    fields: (t) => ({
      keys: t.field({ type: [SigningKey], description: 'One for each algorithm.', resolve: ({ keys }) => keys }),
    }),
  })
  declareMutation(parts, 'rotateKeys', {
    description: 'Rotates the signing keys. While a rotation is pending another does nothing, unless it is immediate.',
    subGraphs: ['admin'],
    input: (t) => ({
      immediately: t.boolean({
        description:
          'The new keys sign at once, before apps that cache JWKS know them: for when a key leaked. Defaults to false.',
      }),
    }),
    type: RotatedKeys,
    errors: [],
    resolve: async ({ immediately }, context) => ({
      keys: await rotateKeys(coreOf(context), await requireActor(context), {
        immediately: immediately ?? false,
        requestId: context.facts.id,
      }),
    }),
  })
}
