import type { Config } from '../config/define-config.ts'

/** Whom this server may ask, and how long and how much it listens. What is left out is as strict as it can be. */
export type OutgoingPolicy = NonNullable<Config['outgoing']>

export const DEFAULT_TIMEOUT_SECONDS = 5
export const DEFAULT_MAX_BODY_BYTES = 256 * 1024
