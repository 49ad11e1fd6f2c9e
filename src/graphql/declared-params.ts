import type { InputFieldMap } from '@pothos/core'
import { InvalidScope } from '../errors/standard.ts'
import { readScopes } from '../operations/scopes.ts'
import type { Param, ParamKind, Params } from '../plugin/param.ts'
import { objectParams } from '../plugin/raw-params.ts'
import type { PresentedCredentials, RawParams } from '../plugin/request.ts'
import { wireName } from '../plugin/wire-name.ts'
import type { GraphQLContext } from './context.ts'
import type { InputFieldMaker } from './mutations.ts'

type Input = Readonly<Record<string, unknown>>

/** The input fields that follow from declared parameters. */
export function paramFields(t: InputFieldMaker, params: Params): InputFieldMap {
  const entries = Object.entries(params).map(([name, declaration]) => [name, paramField(t, declaration)])
  return Object.fromEntries(entries)
}

function paramField(t: InputFieldMaker, { kind, optional, description }: Param) {
  const options = { required: !optional, description }
  switch (kind) {
    case 'list':
    case 'scopes':
      return t.stringList(options)
    case 'integer':
      return t.int(options)
    case 'boolean':
      return t.boolean(options)
    case 'string':
    case 'approvalCode':
      return t.string(options)
  }
}

/** The input fields by which an app says who it is, where it does not by the `Authorization` header. */
export function credentialFields(t: InputFieldMaker): InputFieldMap {
  return {
    clientId: t.string({ description: 'The app. Left out where an Authorization: Basic header names it.' }),
    clientSecret: t.string({
      description: 'Its secret. Left out by a public app, and where the header holds it. Never logged.',
    }),
  }
}

/** What the app showed: the header of the request, the fields of the input, or both, which the operation refuses. */
export function presentedCredentials({ credentials }: GraphQLContext, input: Input): PresentedCredentials {
  const { clientId, clientSecret } = input as { clientId?: string | null; clientSecret?: string | null }
  return { ...credentials, clientId: clientId ?? undefined, clientSecret: clientSecret ?? undefined }
}

/** Reads the values of declared parameters as the texts that operations take, by their wire names. Prepared once. */
export function prepareTexts(params: Params): (input: Input) => RawParams {
  const declared = Object.entries(params).map(
    ([name, declaration]) => [name, wireName(name, declaration), declaration.kind] as const,
  )
  return (input) => {
    const texts: Record<string, unknown> = {}
    for (const [name, wire, kind] of declared) {
      const value = input[name]
      if (value !== undefined && value !== null) texts[wire] = asText(kind, value)
    }
    return objectParams(texts)
  }
}

function asText(kind: ParamKind, value: unknown): unknown {
  if (kind === 'scopes') return scopeText(value as readonly string[])
  return kind === 'integer' || kind === 'boolean' ? String(value) : value
}

/** On the wire an empty scope counts as left out and so means all; in a list, nobody would read it like that. */
function scopeText(names: readonly string[]): string {
  if (names.length === 0)
    throw new InvalidScope({ message: 'Name a scope, or leave scopes out for all that the app has.' })
  return readScopes(names).join(' ')
}
