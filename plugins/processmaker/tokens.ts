import { randomBytes } from 'node:crypto'
import type { Dialect, DialectTokens } from 'grantql/plugin'
import type { ProcessmakerTables } from './tables.ts'

const DAY_SECONDS = 24 * 60 * 60

/** A year by the calendar, which has 366 days where a 29th of February is in it. */
export function secondsOfYearFrom(at: Date): number {
  const end = new Date(at)
  end.setUTCFullYear(end.getUTCFullYear() + 1)
  return Math.round((end.getTime() - at.getTime()) / 1000)
}

/** Whole ones: who verifies by a clock of whole seconds refuses what begins within the present one. */
const seconds = (date: Date): number => Math.floor(date.getTime() / 1000)

/** JWTs with the claims of that system, and its lack of `iss`. */
export const accessTokens: DialectTokens<ProcessmakerTables> = {
  ttlSeconds: (ctx) => secondsOfYearFrom(ctx.now()),
  longestSignedSeconds: 366 * DAY_SECONDS,
  mint: (ctx, { app, id, userId, subject, scopes, issuedAt, expiresAt }) =>
    ctx.tokens.sign(
      {
        aud: app.clientId,
        jti: id,
        iat: seconds(issuedAt),
        nbf: seconds(issuedAt),
        exp: seconds(expiresAt),
        sub: userId === undefined ? '' : subject,
        scopes,
      },
      { type: 'JWT', algorithm: 'RS256' },
    ),
}

/** The header of what that system encrypts, in hexadecimal. Ours hold no message: they are random. */
const CIPHERTEXT_HEADER = 'def50200'

export const refreshTokens: NonNullable<Dialect['refreshTokens']> = {
  mint: () => CIPHERTEXT_HEADER + randomBytes(80).toString('hex'),
}

/** What its apps have of the settings of other plugins. */
export const appSettings = {
  'authorization-code.pkce': 'optional',
  'authorization-code.codeTtlSeconds': 600,
  'refresh-token.idleSeconds': 366 * DAY_SECONDS,
  // There, each refresh token lives for a year, and the next one again.
  'refresh-token.absoluteSeconds': 10 * 366 * DAY_SECONDS,
  'refresh-token.retryWindowSeconds': 0,
  'refresh-token.endsAccessTokens': true,
} as const
