import type { Kysely, KyselyPlugin, OperationNode, RootOperationNode } from 'kysely'
import type { Registry } from '../config/registry.ts'
import type { Core } from '../core.ts'

/**
 * A view of the database in which a plugin's queries reach the tables alone that it declares. It guards against mistakes, not against
 * malice: a plugin is code that the operator chose to run.
 *
 * @throws {Error} when a query names another table
 */
export function ownTables(core: Pick<Core, 'registry'>, db: unknown, pluginId: string): Kysely<unknown> {
  return (db as Kysely<unknown>).withPlugin(guardFor(core.registry, pluginId))
}

const guards = new WeakMap<Registry, Map<string, KyselyPlugin>>()

function guardFor(registry: Registry, pluginId: string): KyselyPlugin {
  const ofRegistry = guards.get(registry) ?? new Map<string, KyselyPlugin>()
  guards.set(registry, ofRegistry)
  const present = ofRegistry.get(pluginId)
  if (present) return present
  const own = new Set<string>(registry.plugins.find(({ id }) => id === pluginId)?.tables ?? [])
  const guard: KyselyPlugin = {
    transformQuery({ node }) {
      for (const table of foreignTables(node, own)) {
        throw new Error(`The plugin "${pluginId}" reaches for the table "${table}", which is not its own.`)
      }
      return node
    },
    transformResult: async ({ result }) => result,
  }
  ofRegistry.set(pluginId, guard)
  return guard
}

function* foreignTables(root: RootOperationNode, own: ReadonlySet<string>): Generator<string> {
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
    if (!named.has(table) && !own.has(table)) yield table
  }
}

function identifierOf(node: unknown): string {
  const { table } = node as { table: { identifier?: { name: string }; table?: { identifier: { name: string } } } }
  return table.identifier?.name ?? table.table?.identifier.name ?? ''
}
