import { InvalidInput, NotFound } from '../../errors/standard.ts'
import type { Actor } from '../../operations/actor.ts'
import type { ProfileInput } from '../../operations/check-profile.ts'
import { findProfile } from '../../operations/find-profile.ts'
import { updateProfile } from '../../operations/update-profile.ts'
import type { Address, Profile } from '../../users/profile.ts'
import type { TextClaim } from '../../users/profiles.ts'
import { requireActor, requireViewer } from '../authorization.ts'
import type { Builder } from '../builder.ts'
import { coreOf, type GraphQLContext } from '../context.ts'
import { declareMutation, type InputFieldMaker, type SchemaParts } from '../mutations.ts'
import { readIdOf } from '../node-id.ts'
import type { CoreRefs } from '../refs.ts'

/** A profile that knows whose it is, so that it is guarded wherever it is reached. */
type OwnedProfile = Profile & { readonly userId: string }

const TEXT_CLAIMS: Readonly<Record<TextClaim, string>> = {
  name: 'The whole name, as it is shown.',
  givenName: 'First names.',
  familyName: 'Last names.',
  middleName: 'Names between the two.',
  nickname: 'What friends say.',
  preferredUsername: 'What they want to be called by. Defaults to the user name, and is not unique.',
  profile: 'The address of a page about them: http or https.',
  picture: 'The address of a picture: http or https. This server never fetches it.',
  website: 'The address of their web page: http or https.',
  email: 'An email address.',
  gender: 'In their own word.',
  birthdate: 'YYYY-MM-DD, YYYY alone, or 0000-MM-DD where the year is not told.',
  zoneinfo: 'A time zone by its IANA name: Europe/Paris.',
  locale: 'A BCP 47 language tag: pt-BR.',
  phoneNumber: 'In the form of E.164: +33144556677.',
}

const ADDRESS_PARTS: Readonly<Record<keyof Address, string>> = {
  formatted: 'The whole address as on an envelope, with line breaks.',
  streetAddress: 'Street and house.',
  locality: 'The city.',
  region: 'State, province or region.',
  postalCode: 'The postal code.',
  country: 'The country.',
}

/** Adds what is known of users beyond their names, and how it is changed (OpenID Connect Core §5.1). */
export function addProfile(parts: SchemaParts, { User }: Pick<CoreRefs, 'User'>): void {
  const ProfileRef = addProfileType(parts.builder)
  parts.builder.objectField(User, 'profile', (t) =>
    t.field({
      type: ProfileRef,
      description: 'What is known of them beyond their name.',
      resolve: ({ id }, _args, context) => profileOf(context, id),
    }),
  )
  const AddressInput = addAddressInput(parts.builder)
  const fields = (t: InputFieldMaker) => ({
    ...textInputs(t),
    address: t.field({ type: AddressInput, description: 'It replaces the whole address.' }),
  })
  declareMutation(parts, 'updateProfile', {
    description:
      'Changes your profile: null takes something away, what is left out stays. A new address or number is unverified.',
    subGraphs: ['public'],
    input: fields,
    type: ProfileRef,
    errors: [InvalidInput],
    resolve: async (input, context) => {
      const { user } = await requireViewer(context)
      return write(context, user, user.id, input)
    },
  })
  declareMutation(parts, 'updateUserProfile', {
    description: 'Changes the profile of a user: null takes something away, what is left out stays.',
    subGraphs: ['admin'],
    args: (arg) => ({ id: arg.id({ required: true }) }),
    input: (t) => ({
      ...fields(t),
      emailVerified: t.boolean({ description: 'The address is theirs. At most one user has it verified.' }),
      phoneNumberVerified: t.boolean({ description: 'The number is theirs.' }),
    }),
    type: ProfileRef,
    errors: [NotFound, InvalidInput],
    resolve: async ({ emailVerified, phoneNumberVerified, ...input }, context, { id }) => {
      const userId = readIdOf('User', id)
      if (userId === undefined) throw new NotFound()
      return write(context, await requireActor(context), userId, {
        ...input,
        emailVerified: emailVerified ?? undefined,
        phoneNumberVerified: phoneNumberVerified ?? undefined,
      })
    },
  })
}

function addProfileType(builder: Builder) {
  const AddressRef = builder.objectRef<Address>('Address').implement({
    description: 'A postal address, as people write it.',
    fields: (t) =>
      texts(ADDRESS_PARTS, (part, description) =>
        t.string({ nullable: true, description, resolve: (address) => address[part] ?? null }),
      ),
  })
  return builder.objectRef<OwnedProfile>('Profile').implement({
    description: 'What is known of a user beyond their name. Apps are told as much of it as the user lets them.',
    authScopes: ({ userId }) => ({ self: userId }),
    fields: (t) => ({
      ...texts(TEXT_CLAIMS, (claim, description) =>
        t.string({ nullable: true, description, resolve: (profile) => profile[claim] ?? null }),
      ),
      emailVerified: t.exposeBoolean('emailVerified', { description: 'An admin vouches for the address.' }),
      phoneNumberVerified: t.exposeBoolean('phoneNumberVerified', { description: 'An admin vouches for the number.' }),
      address: t.field({
        type: AddressRef,
        nullable: true,
        description: 'Where their post goes.',
        resolve: ({ address }) => address ?? null,
      }),
      updatedAt: t.field({
        type: 'DateTime',
        description: 'When something in it was last changed.',
        resolve: ({ updatedAt }) => updatedAt,
      }),
    }),
  })
}

function addAddressInput(builder: Builder) {
  return builder.inputType('AddressInput', {
    description: 'A postal address, as people write it.',
    fields: (t) => texts(ADDRESS_PARTS, (_part, description) => t.string({ description })),
  })
}

function textInputs(t: InputFieldMaker) {
  return texts(TEXT_CLAIMS, (_claim, description) => t.string({ description }))
}

/** A field for each text, by its name. */
function texts<Name extends string, Field>(
  descriptions: Readonly<Record<Name, string>>,
  make: (name: Name, description: string) => Field,
): Record<Name, Field> {
  const entries = Object.entries<string>(descriptions) as [Name, string][]
  return Object.fromEntries(entries.map(([name, description]) => [name, make(name, description)])) as Record<
    Name,
    Field
  >
}

async function profileOf(context: GraphQLContext, userId: string): Promise<OwnedProfile> {
  const profile = await findProfile(coreOf(context), userId)
  if (!profile) throw new NotFound()
  return { ...profile, userId }
}

async function write(context: GraphQLContext, by: Actor, userId: string, input: ProfileInput): Promise<OwnedProfile> {
  return { ...(await updateProfile(coreOf(context), by, userId, input, context.facts.id)), userId }
}
