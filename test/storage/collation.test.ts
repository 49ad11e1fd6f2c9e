import { expect, it } from 'vitest'
import { describeEachDatabase } from '../support/database.ts'

// Each of these equals another one in some collation that a server may have by default.
const LOOK_ALIKES = [
  'abc',
  'ABC',
  'abc ',
  ' abc',
  'ábc',
  'ab\u200bc',
  'k',
  'K',
  '\u212a',
  'ß',
  'ss',
  'ﬁ',
  'fi',
  'ı',
  'i',
  '😀',
  '😁',
  'é',
  'e\u0301',
]

describeEachDatabase('strings', (open) => {
  it('are equal only where their bytes are', async () => {
    const { db } = await open()
    for (const value of LOOK_ALIKES) {
      await db.insertInto('revoked_token').values({ token_id: value, expires_at: 1 }).execute()
    }
    for (const value of LOOK_ALIKES) {
      const found = await db.selectFrom('revoked_token').select('token_id').where('token_id', '=', value).execute()
      expect(found).toEqual([{ token_id: value }])
    }
  })

  it('are unique by their bytes in a unique index', async () => {
    const { db, dialect } = await open()
    const user = (id: string, key: string) => ({
      id,
      username: key,
      username_key: key,
      role: 'user' as const,
      disabled_at: null,
      created_at: 0,
    })
    await db.insertInto('user').values(user('1', 'admin')).execute()
    await db.insertInto('user').values(user('2', 'admin ')).execute()
    await db.insertInto('user').values(user('3', 'ádmin')).execute()
    const again = db.insertInto('user').values(user('4', 'admin')).execute()
    await expect(again.catch((error) => dialect.isDuplicateKey(error))).resolves.toBe(true)
  })

  it('come in the order of their bytes', async () => {
    const { db } = await open()
    for (const id of ['b', 'B', 'a', 'é', 'z', '_']) {
      await db.insertInto('revoked_token').values({ token_id: id, expires_at: 1 }).execute()
    }
    const rows = await db.selectFrom('revoked_token').select('token_id').orderBy('token_id').execute()
    expect(rows.map((row) => row.token_id)).toEqual(['B', '_', 'a', 'b', 'z', 'é'])
  })
})

describeEachDatabase('keys', (open) => {
  it('are equal only where their bytes are, padding included', async () => {
    const { db } = await open()
    const keys = [
      Buffer.from('abc'),
      Buffer.from('abc '),
      Buffer.from('abc\0'),
      Buffer.from('ABC'),
      Buffer.alloc(38, 0xff),
    ]
    for (const pace_key of keys) {
      await db.insertInto('pace').values({ pace_key, last_at: 0, interval_seconds: 5, expires_at: 0 }).execute()
    }
    for (const key of keys) {
      const rows = await db.selectFrom('pace').select('pace_key').where('pace_key', '=', key).execute()
      expect(rows).toEqual([{ pace_key: key }])
    }
  })
})
