import {
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql'

/** What a document may be at most. */
export const LIMITS = {
  /** Characters of the document. */
  length: 20_000,
  tokens: 2000,
  /** Selection sets within each other, through fragments too. */
  depth: 12,
  /** The same for questions about the schema itself: the usual introspection query is 15 deep. */
  introspectionDepth: 20,
  aliases: 30,
  /** Fields that are written in one selection set: comparing them with each other is quadratic. */
  fieldsOfOneLevel: 200,
  rootFields: 20,
  credentialFields: 1,
  /** What a request may cost: a field is 1, a page multiplies what it holds by its size. */
  cost: 5000,
  /** Objects and lists within each other in variables, and values in all. */
  variableDepth: 8,
  variableValues: 2000,
} as const

/** A document that breaks a limit, before anything of it is run. */
export function tooMuch(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } } })
}

/**
 * Checks what needs no schema: depth, aliases, fields, and that one document checks one credential at most, so that
 * guesses cannot be packed into a request.
 *
 * @param credentialFields root fields that check an app's secret, a password or a code
 * @throws {GraphQLError} GRAPHQL_VALIDATION_FAILED
 */
export function checkShape(document: DocumentNode, credentialFields: ReadonlySet<string>): void {
  let aliases = 0
  for (const definition of document.definitions) aliases += checkDefinition(definition)
  if (aliases > LIMITS.aliases) throw tooMuch(`A document has at most ${LIMITS.aliases} aliases.`)

  const fragments = new Fragments(document)
  let credentials = 0
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue
    const fields = fragments.rootFields(definition.selectionSet)
    if (fields.length > LIMITS.rootFields) throw tooMuch(`An operation has at most ${LIMITS.rootFields} root fields.`)
    if (definition.operation !== OperationTypeNode.QUERY) {
      credentials += fields.filter((name) => credentialFields.has(name)).length
    }
    const isIntrospection = fields.every((name) => name.startsWith('__'))
    const most = isIntrospection ? LIMITS.introspectionDepth : LIMITS.depth
    if (fragments.depth(definition.selectionSet) > most) throw tooMuch(`A document is at most ${most} levels deep.`)
  }
  if (credentials > LIMITS.credentialFields) throw tooMuch('A document has at most one field that checks a credential.')
}

/** Walks one definition without following fragments, and without recursion: its depth is the caller's. */
function checkDefinition(definition: DefinitionNode): number {
  if (!('selectionSet' in definition)) return 0
  let aliases = 0
  const open: [SelectionSetNode, number][] = [[definition.selectionSet, 1]]
  for (let next = open.pop(); next; next = open.pop()) {
    const [{ selections }, depth] = next
    if (depth > LIMITS.introspectionDepth) throw tooMuch(`A document is at most ${LIMITS.depth} levels deep.`)
    if (selections.length > LIMITS.fieldsOfOneLevel) {
      throw tooMuch(`A selection has at most ${LIMITS.fieldsOfOneLevel} fields.`)
    }
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD && selection.alias) aliases++
      if ('selectionSet' in selection && selection.selectionSet) open.push([selection.selectionSet, depth + 1])
    }
  }
  return aliases
}

/** Follows fragments, each once; one that holds itself is left to validation. */
class Fragments {
  readonly #byName = new Map<string, FragmentDefinitionNode>()
  readonly #depths = new Map<string, number>()

  constructor(document: DocumentNode) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#byName.set(definition.name.value, definition)
    }
  }

  /** Levels from here down. Recursion is bounded: a definition is shallow, and a fragment is entered once. */
  depth({ selections }: SelectionSetNode): number {
    let deepest = 0
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) deepest = Math.max(deepest, this.#depthOf(selection.name.value))
      else if (selection.selectionSet) deepest = Math.max(deepest, this.depth(selection.selectionSet))
    }
    return deepest + 1
  }

  #depthOf(name: string): number {
    const known = this.#depths.get(name)
    if (known !== undefined) return known
    this.#depths.set(name, 0)
    const fragment = this.#byName.get(name)
    const depth = fragment ? this.depth(fragment.selectionSet) : 0
    this.#depths.set(name, depth)
    return depth
  }

  /** The names of the fields that an operation selects at its root, through fragments too. */
  rootFields({ selections }: SelectionSetNode): readonly string[] {
    const names: string[] = []
    const seen = new Set<string>()
    const open = [...selections]
    for (let next = open.pop(); next; next = open.pop()) {
      if (next.kind === Kind.FIELD) names.push(next.name.value)
      else if (next.kind === Kind.INLINE_FRAGMENT) open.push(...next.selectionSet.selections)
      else if (!seen.has(next.name.value)) {
        seen.add(next.name.value)
        open.push(...(this.#byName.get(next.name.value)?.selectionSet.selections ?? []))
      }
    }
    return names
  }
}
