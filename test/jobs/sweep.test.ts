import { expect, it } from 'vitest'
import { sweep } from '../../src/jobs/sweep.ts'
import { updateSetting } from '../../src/operations/update-setting.ts'
import { errorCode, openTestCore } from '../support/core.ts'
import { describeEachDatabase } from '../support/database.ts'

const DAY_SECONDS = 24 * 60 * 60
const ADMIN = { id: 'admin', role: 'admin' } as const

describeEachDatabase('the audit log', (_open, database) => {
  it('is kept for a year, for as long as the operator says, or for ever', async () => {
    const { core, clock } = await openTestCore(database)
    const swept = async () => (await sweep(core, new AbortController().signal)).audit_event
    const keep = (days: number) => updateSetting(core, ADMIN, 'core.auditRetentionDays', days, 'test')
    await core.audit.write({ kind: 'keys.rotated' })
    clock.pass({ seconds: 364 * DAY_SECONDS })
    expect(await swept()).toBe(0)
    clock.pass({ seconds: 2 * DAY_SECONDS })
    await keep(0)
    expect(await swept()).toBe(0)
    await keep(30)
    expect(await swept()).toBe(1)
    expect((await core.audit.list({ limit: 10 })).map(({ kind }) => kind)).toEqual([
      'setting.updated',
      'setting.updated',
    ])
    expect(await errorCode(keep(-1))).toBe('invalid_input')
  })
})
