import { type GraphQLResolveInfo, isObjectType } from 'graphql'
import { isAdmin } from './authorization.ts'
import { badUserInput } from './bad-user-input.ts'
import type { GraphQLContext } from './context.ts'
import type { NodeId } from './node-id.ts'

/** Whether somebody may ask for a node at all, before anything is loaded. */
export type NodeAccess = (id: string, context: GraphQLContext) => boolean | Promise<boolean>

const MOST_NODES = 100

/**
 * Whether a node may be loaded. A type that is not on this endpoint is treated like an id that nothing has, so its loader
 * never runs and its name is not given away. A node type that says nothing about access is for whoever is signed in, and
 * on the admin endpoint for admins.
 */
async function mayLoad(
  { typename, id }: NodeId,
  context: GraphQLContext,
  { schema }: GraphQLResolveInfo,
): Promise<boolean> {
  const type = schema.getType(typename)
  if (!isObjectType(type) || !type.getInterfaces().some(({ name }) => name === 'Node')) return false
  const { actor } = await context.identity()
  if (!actor || (context.endpoint === 'admin' && !isAdmin(actor))) return false
  const access = type.extensions.nodeAccess as NodeAccess | undefined
  return access ? access(id, context) : true
}

/** `node` and `nodes` for the relay plugin, which by itself would run any loader on any endpoint. */
export const guardedNodeQueries = {
  nodeQueryOptions: {
    description: 'One thing by its id; null where it does not exist or is not yours to see.',
    subGraphs: ['public', 'admin'] as ('public' | 'admin')[],
    async resolve(
      _root: object,
      { id }: { id: NodeId },
      context: GraphQLContext,
      info: GraphQLResolveInfo,
      load: (id: NodeId) => unknown,
    ) {
      return (await mayLoad(id, context, info)) ? load(id) : null
    },
  },
  nodesQueryOptions: {
    nullable: { list: true, items: true } as const,
    description: 'Several things by their ids, in the same order; null where node(id) would be null.',
    subGraphs: ['public', 'admin'] as ('public' | 'admin')[],
    async resolve(
      _root: object,
      args: { ids: NodeId[] },
      context: GraphQLContext,
      info: GraphQLResolveInfo,
      load: (ids: NodeId[]) => Promise<unknown[]>,
    ) {
      const { ids } = args
      if (ids.length > MOST_NODES) throw badUserInput(`At most ${MOST_NODES} ids at once.`)
      const allowed = await Promise.all(ids.map((id) => mayLoad(id, context, info)))
      // The plugin's `load` reads the arguments again and not what it is given.
      args.ids = ids.filter((_, index) => allowed[index])
      const loaded = await load(args.ids)
      let next = 0
      return allowed.map((isAllowed) => (isAllowed ? loaded[next++] : null))
    },
  },
}
