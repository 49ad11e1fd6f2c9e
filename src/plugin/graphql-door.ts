import type { Builder } from '../graphql/builder.ts'
import type { GraphQLContext } from '../graphql/context.ts'
import type { DeclareMutation } from '../graphql/declare-mutation.ts'
import type { CoreRefs } from '../graphql/refs.ts'
import type { RequestContext } from './context.ts'

/** What `graphql(door)` of a plugin is given: this server's own Pothos builder and the refs of core's types. */
export interface GraphQLDoor {
  /** Pothos' builder. Every root field names the endpoints that it is on: `subGraphs: ['public']`, `['admin']` or both. */
  readonly builder: Builder
  /** Core's types, to return from fields or to extend: refs belong to one builder, so they are handed over, not imported. */
  readonly refs: CoreRefs
  /** A mutation by the house's conventions: one `input`, and a result union of the type and the declared errors. */
  readonly mutation: DeclareMutation
  /** What every function of the plugin is given, for the request that a resolver of a raw field answers. */
  context<Tables = unknown>(context: GraphQLContext): RequestContext<Tables>
}
