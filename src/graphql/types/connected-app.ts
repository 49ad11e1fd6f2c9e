import { NotFound } from '../../errors/standard.ts'
import { type ConnectedApp, connectedApps, disconnectApp } from '../../operations/connected-apps.ts'
import { requireViewer } from '../authorization.ts'
import type { Builder } from '../builder.ts'
import { coreOf } from '../context.ts'
import { declareMutation, type SchemaParts } from '../mutations.ts'
import { readIdOf, writeNodeId } from '../node-id.ts'
import type { CoreRefs } from '../refs.ts'

export function addConnectedApps(builder: Builder, { User, RequestingApp }: CoreRefs): void {
  const ref = builder.objectRef<ConnectedApp>('ConnectedApp').implement({
    description: 'An app that a user has said yes to, or that holds living tokens of theirs.',
    subGraphs: ['public'],
    fields: (t) => ({
      id: t.id({
        description: 'The id of the app, for disconnectApp.',
        resolve: ({ app }) => writeNodeId('App', app.id),
      }),
      app: t.field({ type: RequestingApp, description: 'Which app.', resolve: ({ app }) => app }),
      scopes: t.stringList({
        description: 'Everything that it may do for the user.',
        resolve: ({ scopes }) => [...scopes],
      }),
      createdAt: t.field({ type: 'DateTime', description: 'Since when.', resolve: ({ createdAt }) => createdAt }),
    }),
  })
  builder.objectField(User, 'connectedApps', (t) =>
    t.field({
      type: [ref],
      subGraphs: ['public'],
      description: 'The apps that may do something for them, by name.',
      resolve: async ({ id }, _args, context) => [...(await connectedApps(coreOf(context), id))],
    }),
  )
}

export function addConnectedAppMutations(parts: SchemaParts): void {
  const DisconnectedApp = parts.builder.objectRef<{ id: string }>('DisconnectedApp').implement({
    description: 'The app has nothing of yours any more: it has to ask again, and its tokens of yours are inactive.',
    subGraphs: ['public'],
    fields: (t) => ({ id: t.exposeID('id', { description: 'The id of the app.' }) }),
  })
  declareMutation(parts, 'disconnectApp', {
    description: 'Takes back what you gave to an app: your yes, and every token that descends from one.',
    subGraphs: ['public'],
    input: (t) => ({ id: t.id({ required: true, description: 'The id of a connected app.' }) }),
    type: DisconnectedApp,
    errors: [NotFound],
    resolve: async ({ id }, context) => {
      const viewer = await requireViewer(context)
      const appId = readIdOf('App', id)
      if (appId === undefined) throw new NotFound()
      await disconnectApp(coreOf(context), viewer, appId, context.facts.id)
      return { id }
    },
  })
}
