import SchemaBuilder from '@pothos/core'
import RelayPlugin from '@pothos/plugin-relay'
import ScopeAuthPlugin from '@pothos/plugin-scope-auth'
import SubGraphPlugin from '@pothos/plugin-sub-graph'
import { type AuthScopes, authScopes, refusal } from './authorization.ts'
import type { EndpointName, GraphQLContext } from './context.ts'
import { readNodeId, writeNodeId } from './node-id.ts'
import { guardedNodeQueries } from './node-queries.ts'
import { addScalars, type Scalars } from './scalars.ts'

/** What the schema is typed by. */
export interface GraphQLTypes {
  Context: GraphQLContext
  AuthScopes: AuthScopes
  SubGraphs: EndpointName
  Scalars: Scalars
  DefaultFieldNullability: false
  DefaultEdgesNullability: { list: false; items: false }
  DefaultNodeNullability: false
}

/** Pothos' builder, typed for this server. */
export type Builder = ReturnType<typeof createBuilder>

/**
 * Makes the builder of one server. Types are on both endpoints unless they say otherwise, and their fields are where
 * their type is; root fields are on none unless they say so.
 */
export function createBuilder() {
  const builder = new SchemaBuilder<GraphQLTypes>({
    plugins: [ScopeAuthPlugin, RelayPlugin, SubGraphPlugin],
    defaultFieldNullability: false,
    scopeAuth: {
      authorizeOnSubscribe: true,
      // A database that is away is not a lack of rights.
      treatErrorsAsUnauthorized: false,
      authScopes,
      unauthorizedError: (_parent, context) => refusal(context),
    },
    relay: {
      cursorType: 'String',
      encodeGlobalID: (typename, id) => writeNodeId(typename, String(id)),
      // What is not one of our ids names nothing, like an id that nothing has.
      decodeGlobalID: (id) => readNodeId(id) ?? { typename: '', id: '' },
      ...guardedNodeQueries,
      ...relayDescriptions,
    },
    subGraphs: { defaultForTypes: ['public', 'admin'], fieldsInheritFromTypes: true },
  })
  addScalars(builder)
  const root = { authScopes: onAdminAdminsOnly, defaultSubGraphsForFields: [] }
  builder.queryType(root)
  builder.mutationType(root)
  builder.subscriptionType({ ...root, subGraphs: ['public'] })
  return builder
}

const relayDescriptions = {
  nodeTypeOptions: { description: 'Something that node(id) finds.' },
  idFieldOptions: { description: 'Its global id: opaque, and the same for as long as it exists.' },
  pageInfoTypeOptions: { description: 'Where a page lies in its list.' },
  hasNextPageFieldOptions: { description: 'There is more behind this page.' },
  hasPreviousPageFieldOptions: { description: 'There is more before this page.' },
  startCursorFieldOptions: { description: 'The cursor of the first item, for before.' },
  endCursorFieldOptions: { description: 'The cursor of the last item, for after.' },
  cursorFieldOptions: { description: 'The place of this item in the list.' },
  nodeFieldOptions: { description: 'The item.' },
  edgesFieldOptions: { description: 'The items of this page.' },
  pageInfoFieldOptions: { description: 'Where this page lies.' },
  firstArgOptions: { description: 'How many from the front: 1 to 100. Defaults to 20.' },
  lastArgOptions: { description: 'How many from the end: 1 to 100.' },
  afterArgOptions: { description: 'Go on behind this cursor; with first.' },
  beforeArgOptions: { description: 'Go back from this cursor; with last.' },
}

/** The endpoint lets in admins alone already; this holds where a schema is run without it. */
function onAdminAdminsOnly(_root: unknown, { endpoint }: GraphQLContext) {
  return endpoint === 'public' || { admin: true as const }
}
