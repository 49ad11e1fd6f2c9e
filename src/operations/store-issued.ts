import type { Insertable } from 'kysely'
import type { CodeClaim } from '../approvals/approvals.ts'
import type { Core } from '../core.ts'
import { TemporarilyUnavailable } from '../errors/standard.ts'
import type { Redemption, RedemptionMark } from '../plugin/issuance.ts'
import type { Database } from '../storage/database.ts'
import { createGatherer } from '../storage/gather.ts'
import type { AuditEventTable } from '../storage/tables.ts'
import type { IssuedRows } from '../tokens/token-rows.ts'

type Needs = Pick<Core, 'approvals' | 'audit' | 'database' | 'tokenRows'>

/** What one issuance writes when it is paid for. */
export interface Issued {
  readonly rows: IssuedRows
  readonly auditRow: Insertable<AuditEventTable>
}

/**
 * Writes what was issued, in the transaction in which it is paid for.
 *
 * @returns whether it was this attempt that paid
 */
export async function storeIssued(
  core: Needs,
  issued: Issued,
  redeems: Redemption | undefined,
  mark: RedemptionMark,
): Promise<boolean> {
  const paid = await inTransaction(core, [issued], async (trx) => {
    if (redeems && !(await redeems.redeem(trx, mark))) return []
    return [issued]
  })
  return paid.has(issued)
}

interface Claiming extends Issued {
  readonly claim: CodeClaim
  readonly resolve: (isPaid: boolean) => void
  readonly reject: (error: unknown) => void
}

const MOST_CLAIMS = 64
const gatherers = new WeakMap<Needs, (claiming: Claiming) => void>()

/** The same for what is paid for by a code: those that arrive together share a transaction and its statements. */
export function storeClaimed(core: Needs, issued: Issued, claim: CodeClaim): Promise<boolean> {
  const add = gatherers.get(core) ?? createGatherer<Claiming>((group) => storeGroup(core, group), MOST_CLAIMS)
  gatherers.set(core, add)
  return new Promise((resolve, reject) => add({ ...issued, claim, resolve, reject }))
}

async function storeGroup(core: Needs, group: readonly Claiming[]): Promise<void> {
  try {
    const paid = await inTransaction(core, group, async (trx) => {
      const claimed = await core.approvals.claim(
        trx,
        group.map(({ claim }) => claim),
      )
      return group.filter(({ claim }) => claimed.has(claim))
    })
    for (const claiming of group) claiming.resolve(paid.has(claiming))
  } catch (error) {
    // Whether something of it was kept may be open; and a database that is away will not do for one what it did not for all.
    if (group.length === 1 || error instanceof TemporarilyUnavailable) for (const { reject } of group) reject(error)
    else await Promise.all(group.map((claiming) => storeGroup(core, [claiming])))
  }
}

type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0]

/** @param pay answers those that have paid; their rows are written */
async function inTransaction<Part extends Issued>(
  { audit, database, tokenRows }: Needs,
  parts: readonly Part[],
  pay: (trx: Transaction) => Promise<readonly Part[]>,
): Promise<ReadonlySet<Part>> {
  const work = async (trx: Transaction) => {
    const paid = await pay(trx)
    if (paid.length === 0) return new Set<Part>()
    await tokenRows.insertAll(
      trx,
      paid.map(({ rows }) => rows),
    )
    await audit.insertRow(trx, ...paid.map(({ auditRow }) => auditRow))
    return new Set(paid)
  }
  // The audit rows are written by this attempt alone, so they tell whether a COMMIT whose answer got lost took place.
  const settle = async (db: Database['db']) => {
    const ids = parts.map(({ auditRow }) => auditRow.id)
    const found = await db.selectFrom('audit_event').select('id').where('id', 'in', ids).execute()
    const kept = new Set(found.map(({ id }) => id))
    return kept.size > 0 ? new Set(parts.filter(({ auditRow }) => kept.has(auditRow.id))) : undefined
  }
  const paid = await database.transaction(work, { settle })
  // Second to whom? Perhaps to an elder try of its own, whose COMMIT was given up for lost and arrived after all.
  return paid.size > 0 ? paid : ((await settle(database.db)) ?? paid)
}
