import { expect, it } from 'vitest'
import { TemporarilyUnavailable } from '../../src/errors/standard.ts'
import { createGroupInsert } from '../../src/storage/group-insert.ts'
import { createGroupRead } from '../../src/storage/group-read.ts'
import { describeEachDatabase } from '../support/database.ts'
import { tokenIds } from './support/rows.ts'

describeEachDatabase('a group insert', (open) => {
  it('writes all rows in few statements, and fails for a bad row alone', async () => {
    const database = await open()
    const sizes: number[] = []
    const insert = createGroupInsert<{ token_id: string; expires_at: number }>(async (rows) => {
      sizes.push(rows.length)
      await database.db.insertInto('revoked_token').values(rows).execute()
    })
    const ids = Array.from({ length: 150 }, (_, index) => `token-${String(index).padStart(3, '0')}`)
    const outcomes = await Promise.allSettled(
      [...ids, 'token-007'].map((token_id) => insert({ token_id, expires_at: 1 })),
    )
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1)
    expect(await tokenIds(database)).toEqual(ids)
    expect(sizes[0]).toBe(1)
    expect(sizes[1]).toBe(64)
    expect(Math.max(...sizes)).toBe(64)
  })
})

it('a group insert inserts at once when it is idle', async () => {
  const batches: string[][] = []
  const insert = createGroupInsert<string>(async (rows) => {
    batches.push(rows)
  })
  const done = insert('a')
  expect(batches).toEqual([['a']])
  await done
  await insert('b')
  expect(batches).toEqual([['a'], ['b']])
})

it('a group insert does not try row by row on a database that is away', async () => {
  let tries = 0
  const insert = createGroupInsert<string>(async () => {
    tries++
    await Promise.resolve()
    throw new TemporarilyUnavailable()
  })
  const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd'].map((row) => insert(row)))
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
  expect(tries).toBe(2)
})

it('a group read asks for each key once, and answers everybody', async () => {
  const asked: string[][] = []
  const read = createGroupRead<string, number>(
    async (keys) => {
      asked.push(keys)
      await Promise.resolve()
      return new Map(keys.filter((key) => key !== 'none').map((key) => [key, key.length]))
    },
    (key) => key,
  )
  const values = await Promise.all(['first', 'a', 'bb', 'a', 'none'].map((key) => read(key)))
  expect(values).toEqual([5, 1, 2, 1, undefined])
  expect(asked).toEqual([['first'], ['a', 'bb', 'none']])
})

it('a group read never answers from a query that was sent before it was asked', async () => {
  let stored = 'old'
  const gate = Promise.withResolvers<void>()
  const read = createGroupRead<string, string>(
    async (keys) => {
      const seen = stored
      await gate.promise
      return new Map(keys.map((key) => [key, seen]))
    },
    (key) => key,
  )
  const before = read('x')
  stored = 'new'
  const after = read('x')
  gate.resolve()
  expect(await before).toBe('old')
  expect(await after).toBe('new')
})

it('a group read rejects for all who shared the query, and goes on', async () => {
  let isBroken = true
  const read = createGroupRead<string, string>(
    async (keys) => {
      await Promise.resolve()
      if (isBroken) throw new RangeError('no')
      return new Map(keys.map((key) => [key, key]))
    },
    (key) => key,
  )
  const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((key) => read(key)))
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
  isBroken = false
  expect(await read('d')).toBe('d')
})
