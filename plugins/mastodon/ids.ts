import { randomBytes } from 'node:crypto'
import type { App } from 'grantql/plugin'

const MINTED = /^[A-Za-z0-9_-]{43}$/

/** An id, a secret or a token: 256 random bits in 43 characters of base64url. */
export const mintText = (): string => randomBytes(32).toString('base64url')

/** Whether something has the shape of {@link mintText}. */
export const isMinted = (text: unknown): boolean => typeof text === 'string' && MINTED.test(text)

/** The `id` of an application: a decimal number, as a text. */
export const numericId = ({ id }: Pick<App, 'id'>): string => BigInt(`0x${id.replaceAll('-', '')}`).toString()
