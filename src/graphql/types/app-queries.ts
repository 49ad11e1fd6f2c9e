import type { Builder } from '../builder.ts'
import { coreOf, type GraphQLContext } from '../context.ts'
import { readIdOf } from '../node-id.ts'
import { type PageArguments, readPage } from '../page.ts'
import type { CoreRefs } from '../refs.ts'
import { loadVisible } from './app.ts'

/** One page of the apps of a user, or of all. */
async function pageOfApps(context: GraphQLContext, page: PageArguments, ownerId: string | undefined) {
  const { apps } = coreOf(context)
  const read = await readPage('apps', page, (slice) =>
    apps.list({ ...slice, ...(ownerId !== undefined && { ownerId }) }),
  )
  return { ...read, total: () => apps.count(ownerId) }
}

export function addAppQueries(builder: Builder, { App, AppConnection, User }: CoreRefs): void {
  builder.queryField('app', (t) =>
    t.field({
      type: App,
      nullable: true,
      subGraphs: ['public', 'admin'],
      description: 'One app by its id; null where it does not exist or is not yours.',
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, context) => {
        const appId = readIdOf('App', id)
        return appId === undefined ? null : loadVisible(appId, context)
      },
    }),
  )
  builder.queryField('apps', (t) =>
    t.connection(
      {
        type: App,
        nullable: true,
        subGraphs: ['public', 'admin'],
        authScopes: { signedIn: true },
        description: 'Your apps, oldest first; on the admin endpoint everybody’s.',
        resolve: async (_root, page, context) => {
          const { viewer } = await context.identity()
          return pageOfApps(context, page, context.endpoint === 'admin' ? undefined : (viewer?.user.id ?? '-')) as never
        },
      },
      AppConnection,
    ),
  )
  builder.objectField(User, 'apps', (t) =>
    t.connection(
      {
        type: App,
        description: 'The apps of this user, oldest first.',
        resolve: (user, page, context) => pageOfApps(context, page, user.id) as never,
      },
      AppConnection,
    ),
  )
}
