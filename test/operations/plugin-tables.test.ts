import type { Kysely } from 'kysely'
import { describe, expect, it } from 'vitest'
import { passwordSignIn } from '../../plugins/password-sign-in/index.ts'
import { pluginContext } from '../../src/operations/plugin-context.ts'
import type { CoreTables } from '../../src/storage/tables.ts'
import { openTestCore } from '../support/core.ts'
import { databases } from '../support/database.ts'
import { magicLink } from '../toys/magic-link.ts'

describe.each(databases)('what a plugin sees of the database ($name)', (database) => {
  const plugins = [passwordSignIn(), magicLink({ send() {} })]
  // biome-ignore lint/suspicious/noExplicitAny: the test reaches for what the types forbid
  type AnyTables = any
  const reach = async (): Promise<Kysely<AnyTables>> =>
    pluginContext((await openTestCore(database, { plugins })).core, 'magic-link').db

  it('its own tables', async () => {
    expect(await (await reach()).selectFrom('magic_link_sent').selectAll().execute()).toEqual([])
  })

  it.each(['user', 'app_secret', 'signing_key', 'password_sign_in_credential'] as (keyof CoreTables)[])(
    'not the table %s, whichever way it is named',
    async (table) => {
      const db = await reach()
      const refusal = /not its own/
      await expect(db.selectFrom(table).selectAll().execute()).rejects.toThrow(refusal)
      await expect(db.deleteFrom(table).execute()).rejects.toThrow(refusal)
      await expect(db.updateTable(table).set({ id: 'x' }).execute()).rejects.toThrow(refusal)
      await expect(
        db.selectFrom('magic_link_sent').innerJoin(`${table} as x`, 'x.id', 'token').selectAll().execute(),
      ).rejects.toThrow(refusal)
      await expect(
        (async () =>
          db
            .selectFrom('magic_link_sent')
            .where('token', 'in', db.selectFrom(table).select('id'))
            .selectAll()
            .execute())(),
      ).rejects.toThrow(refusal)
      await expect(db.transaction().execute((trx) => trx.selectFrom(table).selectAll().execute())).rejects.toThrow(
        refusal,
      )
    },
  )
})
