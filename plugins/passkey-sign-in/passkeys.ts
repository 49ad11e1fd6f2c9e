import { hash } from 'node:crypto'
import { InvalidInput, NotFound, type PluginContext } from 'grantql/plugin'
import type { Selectable } from 'kysely'
import type { PasskeyTables } from './tables.ts'

/** A passkey as its owner knows it. */
export interface Passkey {
  readonly id: string
  readonly label: string
  readonly createdAt: Date
  readonly lastUsedAt: Date | undefined
}

type CredentialRow = Selectable<PasskeyTables['passkey_sign_in_credential']>
export type NewCredential = Pick<CredentialRow, 'credential_id' | 'public_key' | 'counter' | 'transports' | 'label'>
type Needs = Pick<PluginContext<PasskeyTables>, 'db' | 'now' | 'transaction'>
type Recording = Needs & Pick<PluginContext<PasskeyTables>, 'audit' | 'isDuplicateKey'>

const TABLE = 'passkey_sign_in_credential'

/** The passkeys of a user, oldest first. */
export async function passkeysOf(ctx: Needs, userId: string): Promise<readonly Passkey[]> {
  return (await credentialsOf(ctx, userId)).map(passkeyFromRow)
}

export async function credentialsOf(ctx: Needs, userId: string): Promise<readonly CredentialRow[]> {
  return ctx.db.selectFrom(TABLE).selectAll().where('user_id', '=', userId).orderBy('created_at').execute()
}

export async function findCredential(ctx: Needs, credentialId: Buffer): Promise<CredentialRow | undefined> {
  return ctx.db.selectFrom(TABLE).selectAll().where('credential_hash', '=', hashOf(credentialId)).executeTakeFirst()
}

/** @throws {InvalidInput} when the credential is somebody's already, whoever that is (WebAuthn §7.1, step 26) */
export async function addCredential(ctx: Recording, userId: string, added: NewCredential): Promise<Passkey> {
  const row: CredentialRow = {
    ...added,
    credential_hash: hashOf(added.credential_id),
    user_id: userId,
    created_at: ctx.now().getTime(),
    last_used_at: null,
  }
  try {
    await ctx.transaction(async (trx) => {
      await trx.insertInto(TABLE).values(row).execute()
      await ctx.audit.write(eventOf('passkey-added', row), trx)
    })
  } catch (error) {
    if (!ctx.isDuplicateKey(error)) throw error
    throw new InvalidInput({ message: 'This passkey is registered already.', field: ['credential'] })
  }
  return passkeyFromRow(row)
}

/**
 * Notes a sign-in, and tells whether it may be one: a counter must have grown, and of several that are sent at once with
 * the same counter one is let through. An authenticator that does not count says 0 for good (WebAuthn §6.1.1).
 */
export async function noteUse(ctx: Needs, credentialId: Buffer, counter: number): Promise<boolean> {
  return ctx.transaction(async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable(TABLE)
      .set({ counter, last_used_at: ctx.now().getTime() })
      .where('credential_hash', '=', hashOf(credentialId))
      .where('counter', counter === 0 ? '=' : '<', counter)
      .executeTakeFirstOrThrow()
    return numUpdatedRows === 1n
  })
}

/** @throws {NotFound} when there is none, or it is somebody else's */
export async function removePasskey(ctx: Recording, userId: string, id: string): Promise<void> {
  const credential_hash = Buffer.from(id, 'base64url')
  await ctx.transaction(async (trx) => {
    const { numDeletedRows } = await trx
      .deleteFrom(TABLE)
      .where('user_id', '=', userId)
      .where('credential_hash', '=', credential_hash)
      .executeTakeFirstOrThrow()
    if (numDeletedRows !== 1n) throw new NotFound()
    await ctx.audit.write(eventOf('passkey-removed', { user_id: userId, credential_hash }), trx)
  })
}

const eventOf = (kind: string, row: Pick<CredentialRow, 'credential_hash' | 'user_id'>) => ({
  kind,
  userId: row.user_id,
  details: { passkey: row.credential_hash.toString('base64url') },
})

const hashOf = (credentialId: Buffer) => hash('sha256', credentialId, 'buffer')

function passkeyFromRow(row: CredentialRow): Passkey {
  return {
    id: Buffer.from(row.credential_hash).toString('base64url'),
    label: row.label,
    createdAt: new Date(row.created_at),
    lastUsedAt: row.last_used_at === null ? undefined : new Date(row.last_used_at),
  }
}
