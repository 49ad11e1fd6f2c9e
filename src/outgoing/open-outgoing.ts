import type { OutgoingVerbs } from '../plugin/outgoing.ts'
import { createDocuments } from './documents.ts'
import { createGuardedFetch } from './guarded-fetch.ts'
import type { OutgoingPolicy } from './policy.ts'

/** The way out of this server, for core and for every plugin. */
export interface Outgoing extends OutgoingVerbs {
  close(): Promise<void>
}

/** Opens the way out: one agent and one memory of documents for the whole server. */
export function openOutgoing(policy: OutgoingPolicy | undefined, now: () => Date): Outgoing {
  const guarded = createGuardedFetch(policy)
  return { ...guarded, fetchDocument: createDocuments(guarded, now) }
}
