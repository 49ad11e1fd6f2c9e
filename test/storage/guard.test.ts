import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { guardParameters } from '../../src/storage/guard.ts'
import { describeEachDatabase } from '../support/database.ts'

const refused: readonly [string, unknown, string][] = [
  ['false', false, 'boolean'],
  ['true', true, 'boolean'],
  ['undefined', undefined, 'undefined'],
  ['an array', [0], 'an array'],
  ['an empty array', [], 'an array'],
  ['an object', {}, 'an object'],
  ['an object that claims to be SQL', { toSqlString: () => '1' }, 'an object'],
  ['a Date', new Date(), 'a Date'],
  ['a Map', new Map(), 'an object'],
  ['a boxed string', new String('x'), 'an object'],
  ['NaN', Number.NaN, 'not finite'],
  ['Infinity', Number.POSITIVE_INFINITY, 'not finite'],
  ['a bigint of 65 bits', 2n ** 64n, 'more than 64 bits'],
  ['a symbol', Symbol('x'), 'symbol'],
  ['a lone surrogate', 'a\ud800b', 'well-formed'],
  ['NUL', 'a\0b', 'NUL'],
]

describeEachDatabase('the wall before placeholders', (open) => {
  for (const [title, value, kind] of refused) {
    it(`refuses ${title}`, async () => {
      const { db } = await open({ migrations: {} })
      const query = sql`select 1 as one where ${sql.val('x')} = ${sql.val(value)}`.execute(db)
      await expect(query).rejects.toThrow(TypeError)
      await expect(query).rejects.toThrow(`Parameter 2 of the statement is`)
      await expect(query).rejects.toThrow(kind)
    })
  }

  it('stands within transactions as well', async () => {
    const database = await open({ migrations: {} })
    const unit = database.transaction((trx) => sql`select ${sql.val(false)}`.execute(trx))
    await expect(unit).rejects.toThrow(TypeError)
  })

  it('returns exactly what it let through', async () => {
    const database = await open()
    const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((value) => !value.includes('\0'))
    await fc.assert(
      fc.asyncProperty(text, fc.uint8Array({ maxLength: 38 }), fc.maxSafeInteger(), async (value, key, number) => {
        const row = { pace_key: Buffer.from(key), last_at: number, interval_seconds: 1, expires_at: 0 }
        await database.db.deleteFrom('pace').execute()
        await database.db.deleteFrom('setting').execute()
        await database.db.insertInto('pace').values(row).execute()
        await database.db.insertInto('setting').values({ name: 'x', value, updated_at: 0 }).execute()
        expect(await database.db.selectFrom('pace').selectAll().where('pace_key', '=', row.pace_key).execute()).toEqual(
          [row],
        )
        const found = await database.db.selectFrom('setting').select('value').where('value', '=', value).execute()
        expect(found).toEqual([{ value }])
      }),
      { numRuns: 50 },
    )
  })

  it('refuses transaction control in raw SQL', async () => {
    const { db } = await open({ migrations: {} })
    for (const statement of ['commit', ' BEGIN', 'rollback to x', 'start  transaction', 'set autocommit = 0']) {
      await expect(sql.raw(statement).execute(db)).rejects.toThrow(TypeError)
    }
  })
})

it('the wall refuses a function', () => {
  expect(() => guardParameters([() => {}])).toThrow('Parameter 1 of the statement is a function')
})

it('the wall never repeats the value', () => {
  fc.assert(
    fc.property(fc.anything({ withDate: true, withMap: true }), (value) => {
      try {
        guardParameters([value])
      } catch (error) {
        expect((error as Error).message).toMatch(/^Parameter 1 of the statement is [A-Za-z0-9 ,.;-]+\.$/)
      }
    }),
  )
})

it('the wall lets nothing through but strings, numbers, bigints, bytes and null', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      let passed: unknown
      try {
        passed = guardParameters([value])[0]
      } catch {
        return
      }
      expect(passed === null || Buffer.isBuffer(passed) || ['string', 'number', 'bigint'].includes(typeof passed)).toBe(
        true,
      )
    }),
  )
})
