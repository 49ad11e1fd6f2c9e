import { badUserInput } from './bad-user-input.ts'

export const DEFAULT_PAGE = 20
export const LARGEST_PAGE = 100

export interface PageArguments {
  readonly first?: number | null | undefined
  readonly last?: number | null | undefined
  readonly after?: string | null | undefined
  readonly before?: string | null | undefined
}

/** What to ask the database for. */
export interface Slice {
  readonly limit: number
  readonly backwards: boolean
  readonly after?: string
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/**
 * Reads one page of a list whose order is that of its ids.
 *
 * @param kind names the list in its cursors, so that a cursor of another list is refused
 * @param read fetches at most `limit` items behind `after`, in reverse order where `backwards`
 * @throws {GraphQLError} BAD_USER_INPUT for a size out of range, a forged cursor, or arguments that contradict each other
 */
export async function readPage<T extends { readonly id: string }>(
  kind: string,
  page: PageArguments,
  read: (slice: Slice) => Promise<readonly T[]>,
) {
  const { size, backwards, from } = readArguments(kind, page)
  const found = await read({ limit: size + 1, backwards, ...(from !== undefined && { after: from }) })
  const hasMore = found.length > size
  const items = found.slice(0, size)
  if (backwards) items.reverse()
  const edges = items.map((node) => ({ cursor: writeCursor(kind, node.id), node }))
  return {
    edges,
    pageInfo: {
      hasNextPage: backwards ? from !== undefined : hasMore,
      hasPreviousPage: backwards ? hasMore : from !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}

function readArguments(kind: string, { first, last, after, before }: PageArguments) {
  const backwards = isGiven(last) || isGiven(before)
  if (backwards && (isGiven(first) || isGiven(after))) {
    throw badUserInput('Use first with after to go forward, or last with before to go back.')
  }
  const size = (backwards ? last : first) ?? DEFAULT_PAGE
  if (!Number.isInteger(size) || size < 1 || size > LARGEST_PAGE) {
    throw badUserInput(`A page has 1 to ${LARGEST_PAGE} items: first or last is out of range.`)
  }
  const cursor = backwards ? before : after
  return { size, backwards, from: isGiven(cursor) ? readCursor(kind, cursor) : undefined }
}

const isGiven = <T>(value: T | null | undefined): value is T => value !== undefined && value !== null

function writeCursor(kind: string, id: string): string {
  return Buffer.from(`${kind}:${id}`).toString('base64url')
}

function readCursor(kind: string, cursor: string): string {
  const text = cursor.length < 200 ? Buffer.from(cursor, 'base64url').toString('latin1') : ''
  const id = text.startsWith(`${kind}:`) ? text.slice(kind.length + 1) : ''
  if (!ID.test(id) || writeCursor(kind, id) !== cursor) throw badUserInput('This cursor is not one of this list.')
  return id
}
