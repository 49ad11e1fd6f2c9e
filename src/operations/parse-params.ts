import { InvalidRequest } from '../errors/standard.ts'
import type { Param, Params } from '../plugin/param.ts'
import type { RawParams } from '../plugin/request.ts'
import { wireName } from '../plugin/wire-name.ts'
import { parseScopes } from './scopes.ts'
import { isStorableText } from './text.ts'

const DEFAULT_MAX_LENGTH = 4096
const MOST_IN_LIST = 20

/**
 * Reads declared parameters. What is not declared is ignored (RFC 6749 §3.2), an empty value counts as left out (§3.1).
 *
 * @throws {InvalidRequest} naming the parameter that is missing, repeated though it is no list, too long or not a text
 * @throws {InvalidScope} when a scope is not a scope-token (RFC 6749 §3.3)
 */
export function parseParams(declared: Params, raw: RawParams): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const { name, wire, declaration } of namesOf(declared)) {
    const value = readValue(raw, wire, declaration)
    if (value !== undefined) values[name] = value
    else if (!declaration.optional)
      throw new InvalidRequest({ message: `The parameter ${wire} is missing.`, about: wire })
  }
  return values
}

interface NamedParam {
  readonly name: string
  readonly wire: string
  readonly declaration: Param
}

/** Whether one of the declared parameters of this name may be sent more than once (RFC 6749 §3.2). */
export function isRepeatable(declared: readonly Params[], wire: string): boolean {
  return declared.flatMap(namesOf).some((named) => named.wire === wire && named.declaration.kind === 'list')
}

/** Declarations are the same objects for as long as the server runs. */
const named = new WeakMap<Params, readonly NamedParam[]>()

function namesOf(declared: Params): readonly NamedParam[] {
  const known = named.get(declared)
  if (known) return known
  const entries = Object.entries(declared) as [string, Param][]
  const names = entries.map(([name, declaration]) => ({ name, wire: wireName(name, declaration), declaration }))
  named.set(declared, names)
  return names
}

/**
 * Reads one parameter as text.
 *
 * @returns undefined where it was left out or is empty
 * @throws {InvalidRequest} when it is repeated, too long, not a text, or holds control characters
 */
export function readText(raw: RawParams, wire: string, maxLength = DEFAULT_MAX_LENGTH): string | undefined {
  const sent = raw.all(wire)
  if (sent.length > 1)
    throw new InvalidRequest({ message: `The parameter ${wire} was sent more than once.`, about: wire })
  return checkText(sent[0], wire, maxLength)
}

function readValue(raw: RawParams, wire: string, declaration: Param): unknown {
  if (declaration.kind === 'list') return readList(raw, wire, declaration.maxLength)
  const text = readText(raw, wire, declaration.maxLength)
  return text === undefined ? undefined : parseValue(declaration, wire, text)
}

/** Each text once. JSON and GraphQL send them as one array. */
function readList(raw: RawParams, wire: string, maxLength?: number): readonly string[] | undefined {
  const sent = raw.all(wire).flat()
  if (sent.length > MOST_IN_LIST) {
    throw new InvalidRequest({ message: `The parameter ${wire} was sent too often.`, about: wire })
  }
  const texts = sent.map((text) => checkText(text, wire, maxLength)).filter((text) => text !== undefined)
  return texts.length > 0 ? [...new Set(texts)] : undefined
}

function checkText(text: unknown, wire: string, maxLength = DEFAULT_MAX_LENGTH): string | undefined {
  if (text === undefined || text === '') return undefined
  if (typeof text !== 'string')
    throw new InvalidRequest({ message: `The parameter ${wire} must be a text.`, about: wire })
  if (text.length > maxLength) throw new InvalidRequest({ message: `The parameter ${wire} is too long.`, about: wire })
  if (!isStorableText(text)) {
    throw new InvalidRequest({ message: `The parameter ${wire} holds characters that are not allowed.`, about: wire })
  }
  return text
}

function parseValue(declaration: Param, wire: string, text: string): unknown {
  switch (declaration.kind) {
    case 'list':
    case 'string':
    case 'approvalCode':
      return text
    case 'scopes':
      return parseScopes(text)
    case 'boolean':
      if (text === 'true' || text === 'false') return text === 'true'
      throw new InvalidRequest({ message: `The parameter ${wire} must be true or false.`, about: wire })
    case 'integer':
      if (/^-?(0|[1-9][0-9]{0,9})$/.test(text)) return Number(text)
      throw new InvalidRequest({ message: `The parameter ${wire} must be a whole number.`, about: wire })
  }
}
