import { randomBytes } from 'node:crypto'
import type { DialectTokens } from 'grantql/plugin'
import { settings } from './settings.ts'

/** `ac-` in base64. */
const PREFIX = 'YWMt'

/** Opaque: an id and the time of expiry, as there; in the place of a signature, which our record makes needless, random bits. */
export const accessTokens: DialectTokens = {
  ttlSeconds: (ctx, { app }) => ctx.setting(settings.tokenTtlSeconds, app),
  mint(_ctx, { expiresAt }) {
    const expiry = Buffer.alloc(8)
    expiry.writeBigInt64BE(BigInt(expiresAt.getTime()))
    return PREFIX + Buffer.concat([randomBytes(16), expiry, randomBytes(20)]).toString('base64url')
  },
}
