import { type Kysely, sql } from 'kysely'
import { prepare } from '../storage/prepared.ts'
import type { CoreTables } from '../storage/tables.ts'
import type { Approvals, CodeClaim } from './approvals.ts'

/** Wrong proofs after which an approved code is burnt, so that a verifier cannot be guessed (RFC 7636 §7.1). */
export const MOST_FAILED_PROOFS = 5

export const keyText = (key: Buffer): string => key.toString('latin1')

/**
 * Makes the write that claims codes, many at once. Why exactly one of all who claim a code is answered:
 *
 * - The guard (`status = 'approved'`) and the write are one UPDATE, and no status ever goes back to `approved`. So of all
 *   transactions that claim a code, the row lock lets one see it approved, and the others, later, do not.
 * - Within this transaction a code is written for one claim only. Whoever else brings the same code is second: either the
 *   first of them has it now, or it was not to be had.
 * - Codes are keys and distinct, so where as many rows were met as there are codes, each was. Where fewer were, the rows
 *   that carry this transaction's own random stamp are those, and nobody else can have written that.
 * - The keys go in order, so that two transactions lock them in the same order.
 */
export function prepareClaim(db: Kysely<CoreTables>): Approvals['claim'] {
  const build = prepare((claims: readonly CodeClaim[]) => {
    const keys = claims.map(({ codeKey }) => sql`${codeKey}`)
    const families = claims.map(({ codeKey, familyId }) => sql`when ${codeKey} then ${familyId}`)
    const update = sql`
      update approval set status = 'claimed', claim_id = ${''}, claimed_at = ${0},
      family_id = case code_key ${sql.join(families, sql` `)} end
      where code_key in (${sql.join(keys)}) and status = 'approved'
      and failed_proofs < ${sql.lit(MOST_FAILED_PROOFS)}`
    return { compile: () => update.compile(db) }
  })

  return async (trx, claims) => {
    const candidates = oneEach(claims)
    const [first] = candidates
    if (!first) return new Set()
    const stamp = first.claimId
    const claimedAt = Math.max(...candidates.map(({ at }) => at.getTime()))
    const parameters: unknown[] = [stamp, claimedAt]
    for (const { codeKey, familyId } of candidates) parameters.push(codeKey, familyId)
    for (const { codeKey } of candidates) parameters.push(codeKey)
    const { numAffectedRows = 0n } = await trx.executeQuery(build(candidates, parameters))
    if (numAffectedRows === BigInt(candidates.length)) return new Set(candidates)
    if (numAffectedRows === 0n) return new Set()
    const stamped = await trx
      .selectFrom('approval')
      .select('code_key')
      .where('claim_id', '=', stamp)
      .where(
        'code_key',
        'in',
        candidates.map(({ codeKey }) => codeKey),
      )
      .execute()
    const texts = new Set(stamped.map((row) => keyText(row.code_key)))
    return new Set(candidates.filter(({ codeKey }) => texts.has(keyText(codeKey))))
  }
}

/** The first claim of each code, in the order of the codes. */
function oneEach(claims: readonly CodeClaim[]): readonly CodeClaim[] {
  const byText = new Map<string, CodeClaim>()
  for (const claim of claims) {
    const text = keyText(claim.codeKey)
    if (!byText.has(text)) byText.set(text, claim)
  }
  return [...byText].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, claim]) => claim)
}
