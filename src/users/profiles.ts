import type { Insertable, Selectable, Transaction } from 'kysely'
import type { Database } from '../storage/database.ts'
import { createGroupRead } from '../storage/group-read.ts'
import { fromJson, instant, toJson } from '../storage/rows.ts'
import type { CoreTables, UserProfileTable } from '../storage/tables.ts'
import { emailKey } from './email.ts'
import type { Address, Profile } from './profile.ts'

/** The claims that are a text in a column of their own. */
const TEXT_COLUMNS = {
  name: 'name',
  givenName: 'given_name',
  familyName: 'family_name',
  middleName: 'middle_name',
  nickname: 'nickname',
  preferredUsername: 'preferred_username',
  profile: 'profile',
  picture: 'picture',
  website: 'website',
  email: 'email',
  gender: 'gender',
  birthdate: 'birthdate',
  zoneinfo: 'zoneinfo',
  locale: 'locale',
  phoneNumber: 'phone_number',
} as const satisfies Partial<Record<keyof Profile, keyof UserProfileTable>>

export type TextClaim = keyof typeof TEXT_COLUMNS
export const TEXT_CLAIMS = Object.keys(TEXT_COLUMNS) as readonly TextClaim[]

/** What changes of a profile: null takes a claim away, absent keeps it. */
export type ProfileChanges = {
  readonly [Claim in TextClaim]?: string | null
} & {
  readonly address?: Address | null
  readonly emailVerified?: boolean
  readonly phoneNumberVerified?: boolean
}

/** What a verification is given for: nothing else becomes verified by it. */
export interface VerificationGuard {
  readonly email?: string | undefined
  readonly phoneNumber?: string | undefined
}

/** `changed-meanwhile`: what the guard names is not there any more. `email-taken`: another user has the address verified. */
export type ProfileWrite = 'written' | 'changed-meanwhile' | 'email-taken'

export interface Profiles {
  /** What the user has said; undefined where they have said nothing. */
  of(userId: string): Promise<Profile | undefined>
  /** The only user who has this address verified. */
  userIdByVerifiedEmail(email: string): Promise<string | undefined>
  /** Writes a first profile in the transaction that makes the user. Nothing in it is verified. */
  insert(trx: Transaction<CoreTables>, userId: string, email: string, at: Date): Promise<void>
  /**
   * Writes the given claims and no others, so that a change of something else at the same time is kept. An address or a
   * number that is written is not verified, unless the same write says so.
   */
  update(
    trx: Transaction<CoreTables>,
    userId: string,
    changes: ProfileChanges,
    at: Date,
    guard?: VerificationGuard,
  ): Promise<ProfileWrite>
}

function profileFromRow(row: Selectable<UserProfileTable>): Profile {
  const texts = Object.entries(TEXT_COLUMNS).flatMap(([claim, column]) =>
    row[column] === null ? [] : [[claim, row[column]]],
  )
  return {
    ...(Object.fromEntries(texts) as Partial<Record<TextClaim, string>>),
    ...(row.address !== null && { address: fromJson<Address>(row.address) }),
    emailVerified: row.verified_email_key !== null,
    phoneNumberVerified: row.phone_number_verified === 1,
    updatedAt: instant(row.updated_at),
  }
}

function columnsOf(changes: ProfileChanges, guard: VerificationGuard): Partial<Insertable<UserProfileTable>> {
  const { address, email = guard.email, emailVerified, phoneNumberVerified } = changes
  const texts = Object.entries(TEXT_COLUMNS).flatMap(([claim, column]) => {
    const value = changes[claim as TextClaim]
    return value === undefined ? [] : [[column, value]]
  })
  return {
    ...(Object.fromEntries(texts) as Partial<Insertable<UserProfileTable>>),
    ...(address !== undefined && { address: address === null ? null : toJson(address) }),
    ...((changes.email !== undefined || emailVerified !== undefined) && {
      verified_email_key: emailVerified && email ? (emailKey(email) ?? null) : null,
    }),
    ...((changes.phoneNumber !== undefined || phoneNumberVerified !== undefined) && {
      phone_number_verified: phoneNumberVerified ? 1 : 0,
    }),
  }
}

export function openProfiles({ db, dialect }: Database): Profiles {
  return {
    // A list of users asks for each of them.
    of: createGroupRead<string, Profile>(
      async (userIds) => {
        const rows = await db.selectFrom('user_profile').selectAll().where('user_id', 'in', userIds).execute()
        return new Map(rows.map((row) => [row.user_id, profileFromRow(row)]))
      },
      (userId) => userId,
    ),

    async userIdByVerifiedEmail(email) {
      const key = emailKey(email)
      if (key === undefined) return undefined
      const row = await db
        .selectFrom('user_profile')
        .select('user_id')
        .where('verified_email_key', '=', key)
        .executeTakeFirst()
      return row?.user_id
    },

    async insert(trx, userId, email, at) {
      const row = { user_id: userId, email, phone_number_verified: 0, updated_at: at.getTime() } as const
      await trx.insertInto('user_profile').values(row).execute()
    },

    async update(trx, userId, changes, at, guard = {}) {
      const columns = { ...columnsOf(changes, guard), updated_at: at.getTime() }
      try {
        if (await updateRow(trx, userId, columns, guard)) return 'written'
        if (guard.email !== undefined || guard.phoneNumber !== undefined) return 'changed-meanwhile'
        if (await insertRow(trx, { phone_number_verified: 0, ...columns, user_id: userId })) return 'written'
        return (await updateRow(trx, userId, columns, guard)) ? 'written' : 'email-taken'
      } catch (error) {
        if (dialect.isDuplicateKey(error)) return 'email-taken'
        throw error
      }
    },
  }

  /** False where the user has a row by now, or another user has the address. */
  async function insertRow(trx: Transaction<CoreTables>, row: Insertable<UserProfileTable>): Promise<boolean> {
    try {
      await trx.insertInto('user_profile').values(row).execute()
      return true
    } catch (error) {
      if (dialect.isDuplicateKey(error)) return false
      throw error
    }
  }
}

async function updateRow(
  trx: Transaction<CoreTables>,
  userId: string,
  columns: Partial<Insertable<UserProfileTable>>,
  { email, phoneNumber }: VerificationGuard,
): Promise<boolean> {
  let updating = trx.updateTable('user_profile').set(columns).where('user_id', '=', userId)
  if (email !== undefined) updating = updating.where('email', '=', email)
  if (phoneNumber !== undefined) updating = updating.where('phone_number', '=', phoneNumber)
  return (await updating.executeTakeFirstOrThrow()).numUpdatedRows > 0n
}
