import type { TokenSet } from '../plugin/context.ts'
import type { Field, Fields } from '../plugin/field.ts'
import { snakeCase, wireName } from '../plugin/wire-name.ts'

/** Declared members as JSON spells them: wire names, instants as seconds, lists of strings joined by spaces; no undefined ones. */
export function toWire(declared: Fields, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const wire: Record<string, unknown> = {}
  for (const { name, wire: member, declaration } of membersOf(declared)) {
    const value = values[name]
    if (value !== undefined && value !== null) wire[member] = printValue(declaration, value)
  }
  return wire
}

interface Member {
  readonly name: string
  readonly wire: string
  readonly declaration: Field
}

/** Declarations are the same objects for as long as the server runs. */
const members = new WeakMap<Fields, readonly Member[]>()

function membersOf(declared: Fields): readonly Member[] {
  const known = members.get(declared)
  if (known) return known
  const entries = Object.entries(declared) as [string, Field][]
  const made = entries.map(([name, declaration]) => ({ name, wire: wireName(name, declaration), declaration }))
  members.set(declared, made)
  return made
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
