import { coreSettings } from '../config/core-settings.ts'
import type { Core } from '../core.ts'
import { type SweptTableName, sweepExpired } from '../storage/sweep.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/** Deletes what has expired, and of the audit log what is older than the operator keeps it. */
export function sweep(
  core: Pick<Core, 'database' | 'now' | 'settings'>,
  signal: AbortSignal,
): Promise<Record<SweptTableName, number>> {
  const auditDays = core.settings.read(coreSettings.auditRetentionDays)
  const keepMs = { audit_event: auditDays === 0 ? Number.POSITIVE_INFINITY : auditDays * DAY_MS }
  return sweepExpired(core.database, core.now(), { signal, keepMs })
}
