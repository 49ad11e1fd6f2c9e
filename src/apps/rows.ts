import type { Insertable, Selectable } from 'kysely'
import { fromJson, instant, toDate, toJson } from '../storage/rows.ts'
import type { AppTable } from '../storage/tables.ts'
import type { App } from './app.ts'

export function appFromRow(row: Selectable<AppTable>): App {
  return Object.freeze({
    id: row.id,
    clientId: row.client_id,
    name: row.name,
    type: row.type,
    ownerId: row.owner_id ?? undefined,
    dialect: row.dialect ?? undefined,
    grants: fromJson<string[]>(row.grants),
    scopes: fromJson<string[]>(row.scopes),
    redirectUris: fromJson<string[]>(row.redirect_uris),
    isVouched: row.is_vouched === 1,
    privileges: fromJson<App['privileges']>(row.privileges),
    settings: fromJson<Record<string, unknown>>(row.settings),
    tokenFormat: row.token_format,
    disabledAt: toDate(row.disabled_at),
    createdAt: instant(row.created_at),
  })
}

export function appToRow(app: App, now: Date): Insertable<AppTable> {
  return {
    id: app.id,
    client_id: app.clientId,
    name: app.name,
    type: app.type,
    owner_id: app.ownerId ?? null,
    dialect: app.dialect ?? null,
    grants: toJson(app.grants),
    scopes: toJson(app.scopes),
    redirect_uris: toJson(app.redirectUris),
    is_vouched: app.isVouched ? 1 : 0,
    privileges: toJson(app.privileges),
    settings: toJson(app.settings),
    token_format: app.tokenFormat,
    disabled_at: app.disabledAt?.getTime() ?? null,
    created_at: app.createdAt.getTime(),
    updated_at: now.getTime(),
  }
}
