import type { Selectable } from 'kysely'
import type { Provenance } from '../plugin/issuance.ts'
import { fromJson, toDate } from '../storage/rows.ts'
import type { TokenFamilyTable } from '../storage/tables.ts'

/** What a token family remembers of where its tokens come from. */
export function provenanceOf({
  authenticated_at,
  methods,
  session_id,
  asked,
}: Selectable<TokenFamilyTable>): Provenance {
  return {
    authenticatedAt: toDate(authenticated_at),
    methods: methods === null ? undefined : fromJson<string[]>(methods),
    sessionId: session_id ?? undefined,
    asked: asked === null ? undefined : fromJson<Record<string, unknown>>(asked),
  }
}
