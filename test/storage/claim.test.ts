import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { describeDatabase, describeEachDatabase } from '../support/database.ts'
import { startChild } from './support/child.ts'
import { approvedRow, claim, tokenIds } from './support/rows.ts'

describeEachDatabase('a guarded update', (open) => {
  it('has exactly one winner among 200 transactions', async () => {
    const database = await open()
    const code = randomBytes(38)
    await database.db.insertInto('approval').values(approvedRow(code)).execute()
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, index) => claim(database, code, `claim-${index}`)),
    )
    expect(outcomes.filter(Boolean)).toHaveLength(1)
    expect(await tokenIds(database)).toHaveLength(1)
  })

  it('has exactly one winner for each of 40 codes', async () => {
    const database = await open()
    const codes = Array.from({ length: 40 }, () => randomBytes(38))
    for (const code of codes) await database.db.insertInto('approval').values(approvedRow(code)).execute()
    const outcomes = await Promise.all(
      codes.flatMap((code, at) => Array.from({ length: 5 }, (_, index) => claim(database, code, `${at}-${index}`))),
    )
    expect(outcomes.filter(Boolean)).toHaveLength(40)
    expect(new Set((await tokenIds(database)).map((id) => id.split('-')[0])).size).toBe(40)
  })
})

describeDatabase('sqlite', 'three processes on one file', (open, { url }) => {
  it('have exactly one winner for each code, and losers without errors', async () => {
    const file = await url()
    const { db } = await open({ url: file })
    const codes = Array.from({ length: 20 }, (_, index) => `code-${index}`)
    for (const code of codes)
      await db
        .insertInto('approval')
        .values(approvedRow(Buffer.from(code)))
        .execute()
    const children = ['a', 'b', 'c'].map((name) => startChild('claim-child.ts', file, name, ...codes))
    const outcomes = (await Promise.all(children.map((child) => child.done()))).flat()
    expect(outcomes).toHaveLength(3 * 20 * 20)
    expect(outcomes.filter((line) => !/ (won|lost)$/.test(line))).toEqual([])
    const winners = outcomes.filter((line) => line.endsWith(' won'))
    expect(winners.toSorted()).toEqual(codes.map((code) => `${code} won`).toSorted())
  })
})
