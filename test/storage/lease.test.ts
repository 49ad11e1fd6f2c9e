import { expect, it, vi } from 'vitest'
import { takeLease, withLease } from '../../src/storage/lease.ts'
import { describeEachDatabase } from '../support/database.ts'

describeEachDatabase('a lease', (open) => {
  it('is taken by one of many', async () => {
    const database = await open()
    const release = Promise.withResolvers<void>()
    let runs = 0
    let passed = 0
    const tries = Array.from({ length: 20 }, async (_, index) => {
      const isMine = await withLease(database, 'sweep', { holder: `node-${index}`, ttlSeconds: 60 }, async () => {
        runs++
        await release.promise
      })
      if (!isMine) passed++
      return isMine
    })
    await vi.waitFor(() => expect(passed).toBe(19), { timeout: 10_000 })
    release.resolve()
    expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1)
    expect(runs).toBe(1)
  })

  it('is free again when the work is done, also when it failed', async () => {
    const database = await open()
    const options = { holder: 'a', ttlSeconds: 60 }
    const failing = withLease(database, 'sweep', options, () => Promise.reject(new RangeError('no')))
    await expect(failing).rejects.toThrow(RangeError)
    expect(await withLease(database, 'sweep', { ...options, holder: 'b' }, async () => {})).toBe(true)
  })

  it('goes to another when its holder is gone for longer than it lasts', async () => {
    const database = await open()
    expect(await takeLease(database, 'sweep', { holder: 'gone', ttlSeconds: 0 })).toBe(true)
    expect(await takeLease(database, 'sweep', { holder: 'next', ttlSeconds: 60 })).toBe(true)
    expect(await takeLease(database, 'sweep', { holder: 'gone', ttlSeconds: 60 })).toBe(false)
  })

  it('is renewed while the work goes on', async () => {
    const database = await open()
    const options = { holder: 'slow', ttlSeconds: 1 }
    const ran = withLease(database, 'sweep', options, async (signal) => {
      await new Promise((resolve) => setTimeout(resolve, 1_600))
      expect(await takeLease(database, 'sweep', { holder: 'other', ttlSeconds: 1 })).toBe(false)
      expect(signal.aborted).toBe(false)
    })
    expect(await ran).toBe(true)
  })

  it('tells the work when somebody else has taken it over', async () => {
    const database = await open()
    await withLease(database, 'sweep', { holder: 'paused', ttlSeconds: 1 }, async (signal) => {
      await database.db
        .updateTable('lease')
        .set({ holder: 'other', expires_at: Date.now() + 60_000 })
        .execute()
      await vi.waitFor(() => expect(signal.aborted).toBe(true), { timeout: 5_000 })
    })
    const { holder } = await database.db.selectFrom('lease').select('holder').executeTakeFirstOrThrow()
    expect(holder).toBe('other')
  })
})

describeEachDatabase('the probe', (open) => {
  it('writes, again and again, and leaves one row', async () => {
    const database = await open()
    await Promise.all(Array.from({ length: 5 }, () => database.probe()))
    await database.probe()
    const rows = await database.db.selectFrom('lease').select('name').where('name', '=', 'probe').execute()
    expect(rows).toHaveLength(1)
  })

  it('fails on a database without tables', async () => {
    const database = await open({ migrations: {} })
    await expect(database.probe()).rejects.toThrow()
  })
})
