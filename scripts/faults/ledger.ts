import { DatabaseSync } from 'node:sqlite'
import { parseSecret } from '../../src/secrets/secret-format.ts'
import type { Database } from '../../src/storage/database.ts'
import type { Outcome, TestApp } from './app.ts'
import type { Cluster } from './cluster.ts'

/** Everything that came back for one code, in the order in which it came. */
export interface CodeEntry {
  readonly code: string
  readonly outcomes: Outcome[]
}

/** What a client may be told about a code that it claims: it was used, or the server cannot answer now. */
const DOCUMENTED_REFUSALS: ReadonlySet<string> = new Set(['invalid_grant'])

export const tokensOf = ({ outcomes }: CodeEntry): string[] =>
  outcomes.flatMap((outcome) => (outcome.kind === 'token' ? [outcome.token] : []))

/**
 * Compares what was answered with what the database says and with what introspection says.
 *
 * @returns a sentence for each thing that must not be
 */
export async function checkLedger(
  entries: readonly CodeEntry[],
  database: Database,
  cluster: Cluster,
  app: TestApp,
): Promise<string[]> {
  const faults: string[] = []
  for (const [index, entry] of entries.entries()) {
    const say = (what: string) => faults.push(`code ${index + 1}: ${what}`)
    checkAnswers(entry, say)
    await checkRows(entry, database, say)
    for (const token of tokensOf(entry)) {
      for (const node of cluster.nodes)
        if (!(await app.isActive(node, token))) say('its token was answered and is not active')
    }
  }
  return [...faults, ...(await checkWhole(database))]
}

function checkAnswers(entry: CodeEntry, say: (what: string) => void): void {
  const tokens = tokensOf(entry)
  if (tokens.length > 1) say(`${tokens.length} tokens were answered`)
  for (const outcome of entry.outcomes) {
    if (outcome.kind === 'fault') say(outcome.what)
    if (outcome.kind === 'refused' && !DOCUMENTED_REFUSALS.has(outcome.code))
      say(`a claim was refused with ${outcome.code}`)
  }
  const last = entry.outcomes.at(-1)
  if (tokens.length === 0 && last?.kind !== 'refused') say('nobody could claim it to the end')
}

async function checkRows({ code, outcomes }: CodeEntry, { db }: Database, say: (what: string) => void): Promise<void> {
  const key = parseSecret('code', code)?.key
  const approval = key && (await db.selectFrom('approval').selectAll().where('code_key', '=', key).executeTakeFirst())
  if (!approval) return say('its row is gone')
  const isAnswered = outcomes.some(({ kind }) => kind === 'token')
  if (approval.status !== 'claimed') {
    if (isAnswered) say(`a token was answered, and its code is ${approval.status}`)
    return
  }
  const wasLost = outcomes.some(({ kind }) => kind === 'lost' || kind === 'unavailable')
  if (!isAnswered && !wasLost) say('it was used up, and nobody was answered or cut off')
  const family = await db.selectFrom('token_family').selectAll().where('id', '=', approval.family_id).executeTakeFirst()
  if (!family) say('it was used up, and there is no token family')
  else if (family.revoked_at !== null) say('its token family has ended')
}

/** No family without the code that paid for it, and no token without its audit row. */
async function checkWhole({ db }: Database): Promise<string[]> {
  const faults: string[] = []
  const families = await db.selectFrom('token_family').select('id').execute()
  const claimed = await db.selectFrom('approval').select('family_id').where('status', '=', 'claimed').execute()
  const paid = new Set(claimed.map(({ family_id }) => family_id))
  const unpaid = families.filter(({ id }) => !paid.has(id))
  if (unpaid.length > 0) faults.push(`${unpaid.length} token families have no code that paid for them`)
  if (paid.size !== claimed.length) faults.push(`${claimed.length - paid.size} codes share a token family`)
  const events = await db.selectFrom('audit_event').select('details').where('kind', '=', 'token.issued').execute()
  const audited = new Set(events.map(({ details }) => (JSON.parse(details) as { familyId?: string }).familyId))
  const silent = families.filter(({ id }) => !audited.has(id))
  if (silent.length > 0) faults.push(`${silent.length} token families have no audit row`)
  return faults
}

/** Whether the file is sound after a crash. */
export function isIntact(path: string): boolean {
  const file = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
  try {
    return file.prepare('pragma integrity_check').get()?.integrity_check === 'ok'
  } finally {
    file.close()
  }
}
