import type { Kysely, KyselyPlugin, OperationNode, RootOperationNode } from 'kysely'
import { snakeCase } from '../plugin/wire-name.ts'

/**
 * A view of the database in which a plugin's queries reach its own tables alone. It guards against mistakes, not against
 * malice: a plugin is code that the operator chose to run.
 *
 * @throws {Error} when a query names another table
 */
export function ownTables(db: unknown, pluginId: string): Kysely<unknown> {
  return (db as Kysely<unknown>).withPlugin(guardFor(pluginId))
}

const guards = new Map<string, KyselyPlugin>()

function guardFor(pluginId: string): KyselyPlugin {
  const present = guards.get(pluginId)
  if (present) return present
  const prefix = snakeCase(pluginId)
  const guard: KyselyPlugin = {
    transformQuery({ node }) {
      for (const table of foreignTables(node, prefix)) {
        throw new Error(`The plugin "${pluginId}" reaches for the table "${table}", which is not its own.`)
      }
      return node
    },
    transformResult: async ({ result }) => result,
  }
  guards.set(pluginId, guard)
  return guard
}

function* foreignTables(root: RootOperationNode, prefix: string): Generator<string> {
  const named = new Set<string>()
  const tables: string[] = []
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item)
      return
    }
    if (typeof value !== 'object' || value === null || !('kind' in value)) return
    const node = value as OperationNode & Record<string, unknown>
    if (node.kind === 'TableNode') tables.push(identifierOf(node))
    if (node.kind === 'CommonTableExpressionNameNode') named.add(identifierOf(node))
    for (const child of Object.values(node)) visit(child)
  }
  visit(root)
  for (const table of tables) {
    if (!named.has(table) && table !== prefix && !table.startsWith(`${prefix}_`)) yield table
  }
}

function identifierOf(node: unknown): string {
  const { table } = node as { table: { identifier?: { name: string }; table?: { identifier: { name: string } } } }
  return table.identifier?.name ?? table.table?.identifier.name ?? ''
}
