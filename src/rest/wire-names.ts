import type { TokenSet } from '../plugin/context.ts'
import type { Field, Fields } from '../plugin/field.ts'
import { snakeCase, wireName } from '../plugin/wire-name.ts'

/** Declared members as JSON spells them: wire names, instants as seconds, lists of strings joined by spaces; no undefined ones. */
export function toWire(declared: Fields, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const wire: Record<string, unknown> = {}
  for (const name in declared) {
    const declaration = declared[name] as Field
    const value = values[name]
    if (value !== undefined && value !== null) wire[wireName(name, declaration)] = printValue(declaration, value)
  }
  return wire
}

function printValue({ kind }: Field, value: unknown): unknown {
  switch (kind) {
    case 'instant':
      return Math.floor((value as Date).getTime() / 1000)
    case 'strings':
      return (value as readonly string[]).join(' ')
    default:
      return value
  }
}

/**
 * A token response (RFC 6749 §5.1). The scope is always said, for it may be less than was asked for; a token without any
 * has no such member, because an empty one would not be valid.
 */
export function tokenSetToWire(tokens: TokenSet): Record<string, unknown> {
  const wire: Record<string, unknown> = {
    access_token: tokens.accessToken,
    token_type: tokens.tokenType,
    expires_in: tokens.expiresInSeconds,
  }
  if (tokens.scopes.length > 0) wire.scope = tokens.scopes.join(' ')
  if (tokens.refreshToken !== undefined) wire.refresh_token = tokens.refreshToken
  if (tokens.idToken !== undefined) wire.id_token = tokens.idToken
  for (const name in tokens.companions) wire[snakeCase(name)] = tokens.companions[name]
  return wire
}
