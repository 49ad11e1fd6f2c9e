import type { Insertable, Selectable, Transaction } from 'kysely'
import { generateId } from '../secrets/generate-id.ts'
import type { Database } from '../storage/database.ts'
import { createGroupInsert } from '../storage/group-insert.ts'
import { prepareInsert } from '../storage/prepared.ts'
import { fromJson, instant, toJson } from '../storage/rows.ts'
import type { AuditEventTable, CoreTables } from '../storage/tables.ts'

export type AuditKind =
  | 'token.issued'
  | 'token.answered-again'
  | 'token.revoked'
  | 'family.revoked'
  | 'approval.opened'
  | 'approval.approved'
  | 'approval.denied'
  | 'approval.withdrawn'
  | 'approval.replayed'
  | 'app.created'
  | 'app.updated'
  | 'app.deleted'
  | 'app.secret-rotated'
  | 'app.client-id-reset'
  | 'app.disconnected'
  | 'user.created'
  | 'user.updated'
  | 'session.started'
  | 'session.ended'
  | 'sign-in.failed'
  | 'limit.reached'
  | 'keys.rotated'
  | 'setting.updated'

export interface AuditEvent extends EventFacts {
  readonly kind: AuditKind
}

/** What happened in a plugin; stored as the kind `<plugin id>/<kind>`, which none of core's is. */
export interface OwnedAuditEvent extends EventFacts {
  readonly pluginId: string
  readonly kind: string
}

interface EventFacts {
  readonly appId?: string | undefined
  readonly userId?: string | undefined
  readonly requestId?: string | undefined
  /** What else is worth knowing. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>
}

/** An event as it was written. */
export interface AuditRecord extends EventFacts {
  readonly id: string
  /** One of core's, or `<plugin id>/<kind>`. */
  readonly kind: string
  readonly details: Readonly<Record<string, unknown>>
  readonly createdAt: Date
}

export interface AuditPage {
  /** Continue behind (or, backwards, before) this id. */
  readonly after?: string
  readonly limit: number
  readonly backwards?: boolean
}

export interface Audit {
  /** Resolves when the row is durable. Rows that arrive together share one insert. */
  write(event: AuditEvent | OwnedAuditEvent): Promise<void>
  /** Newest first; oldest first where `backwards`. */
  list(page: AuditPage): Promise<readonly AuditRecord[]>
  find(id: string): Promise<AuditRecord | undefined>
  /** The row for an insert of the caller's own transaction. */
  row(event: AuditEvent | OwnedAuditEvent, id?: string): Insertable<AuditEventTable>
  /** Inserts such rows. */
  insertRow(trx: Transaction<CoreTables>, ...rows: readonly Insertable<AuditEventTable>[]): Promise<void>
}

const COLUMNS = {
  id: true,
  kind: true,
  app_id: true,
  user_id: true,
  request_id: true,
  details: true,
  created_at: true,
} satisfies Record<keyof AuditEventTable, true>

export function openAudit(database: Database, now: () => Date): Audit {
  const { db } = database
  const insertRows = prepareInsert(db, 'audit_event', COLUMNS)
  const insert = createGroupInsert<Insertable<AuditEventTable>>((rows) => insertRows(db, rows))
  const row: Audit['row'] = (event, id) => {
    const at = now()
    return {
      id: id ?? generateId(at),
      kind: 'pluginId' in event ? `${event.pluginId}/${event.kind}` : event.kind,
      app_id: event.appId ?? null,
      user_id: event.userId ?? null,
      request_id: event.requestId ?? null,
      details: event.details ? toJson(event.details) : '{}',
      created_at: at.getTime(),
    }
  }
  return {
    write: (event) => insert(row(event)),
    row,
    insertRow: (trx, ...rows) => insertRows(trx, rows),
    async list({ after, limit, backwards = false }) {
      let query = db.selectFrom('audit_event').selectAll().limit(limit)
      if (after !== undefined) query = query.where('id', backwards ? '>' : '<', after)
      return (await query.orderBy('id', backwards ? 'asc' : 'desc').execute()).map(recordFromRow)
    },
    async find(id) {
      const found = await db.selectFrom('audit_event').selectAll().where('id', '=', id).executeTakeFirst()
      return found && recordFromRow(found)
    },
  }
}

function recordFromRow(row: Selectable<AuditEventTable>): AuditRecord {
  return {
    id: row.id,
    kind: row.kind,
    appId: row.app_id ?? undefined,
    userId: row.user_id ?? undefined,
    requestId: row.request_id ?? undefined,
    details: fromJson<Record<string, unknown>>(row.details),
    createdAt: instant(row.created_at),
  }
}
