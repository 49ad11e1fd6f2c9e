import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { badUserInput } from './bad-user-input.ts'
import { LIMITS, tooMuch } from './limits.ts'
import { DEFAULT_PAGE, LARGEST_PAGE } from './page.ts'

type Variables = Readonly<Record<string, unknown>> | undefined

/** Fields that hold a list without pages; `nodes` is as long as its ids. */
const FIELDS_WITH_ITEMS = new Set(['edges', 'nodes'])

/**
 * Whether what a document costs depends on a page size: only then it is added up on each request. Everything else is
 * bounded by the number of its tokens.
 */
export function hasPages(document: DocumentNode): boolean {
  const open: SelectionSetNode[] = document.definitions.flatMap((each) =>
    'selectionSet' in each ? [each.selectionSet] : [],
  )
  for (let next = open.pop(); next; next = open.pop()) {
    for (const selection of next.selections) {
      if (selection.kind === Kind.FIELD && FIELDS_WITH_ITEMS.has(selection.name.value)) return true
      if (selection.kind === Kind.FIELD && selection.arguments?.some(isPageSize)) return true
      if ('selectionSet' in selection && selection.selectionSet) open.push(selection.selectionSet)
    }
  }
  return false
}

/**
 * Adds up what a valid operation may cost: 1 a field, times the page size for all that a page holds.
 *
 * @throws {GraphQLError} BAD_USER_INPUT for a page size out of range, GRAPHQL_VALIDATION_FAILED for what costs too much
 */
export function checkCost(document: DocumentNode, operation: OperationDefinitionNode, variables: Variables): void {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  }
  const known = new Map<string, number>()
  const defaults = operation.variableDefinitions ?? []
  const sizeOf = ({ value }: ArgumentNode): number | undefined => {
    if (value.kind === Kind.INT) return Number(value.value)
    if (value.kind !== Kind.VARIABLE) return undefined
    const name = value.name.value
    const given = variables?.[name]
    if (typeof given === 'number') return given
    if (given !== undefined) return undefined
    const fallback = defaults.find(({ variable }) => variable.name.value === name)?.defaultValue
    return fallback?.kind === Kind.INT ? Number(fallback.value) : undefined
  }

  const costOfSet = ({ selections }: SelectionSetNode): number => {
    let cost = 0
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) cost += costOfField(selection)
      else if (selection.kind === Kind.INLINE_FRAGMENT) cost += costOfSet(selection.selectionSet)
      else cost += costOfFragment(selection.name.value)
      if (cost > LIMITS.cost) throw tooMuch('This request would cost too much: ask for smaller pages or fewer fields.')
    }
    return cost
  }
  // A valid document has no cycles of fragments, and each is added up once.
  const costOfFragment = (name: string): number => {
    const present = known.get(name)
    if (present !== undefined) return present
    const fragment = fragments.get(name)
    const cost = fragment ? costOfSet(fragment.selectionSet) : 0
    known.set(name, cost)
    return cost
  }
  const costOfField = (field: FieldNode): number => {
    const sizes = (field.arguments ?? [])
      .filter(isPageSize)
      .map(sizeOf)
      .filter((size) => size !== undefined)
    for (const size of sizes) {
      if (!Number.isInteger(size) || size < 1 || size > LARGEST_PAGE) {
        throw badUserInput(`A page has 1 to ${LARGEST_PAGE} items: first or last is out of range.`)
      }
    }
    if (!field.selectionSet) return 1
    const inner = costOfSet(field.selectionSet)
    const isPage = field.selectionSet.selections.some((each) => each.kind !== Kind.FIELD || each.name.value === 'edges')
    const items = sizes.length > 0 ? Math.max(...sizes) : isPage ? DEFAULT_PAGE : itemsOf(field)
    return 1 + items * inner
  }
  costOfSet(operation.selectionSet)
}

function isPageSize({ name }: ArgumentNode): boolean {
  return name.value === 'first' || name.value === 'last'
}

function itemsOf(field: FieldNode): number {
  return field.name.value === 'nodes' ? DEFAULT_PAGE : 1
}
