import {
  type App,
  type GraphQLDoor,
  InvalidInput,
  NotFound,
  type RequestContext,
  TooManySecrets,
  Unauthenticated,
} from 'grantql/plugin'
import { addSecret } from './secrets.ts'
import type { ClientAssertionTables } from './tables.ts'

type Context = RequestContext<ClientAssertionTables>

/** Adds `addAssertionSecret`, for the owners of apps and for admins. */
export function addMutations({ builder, mutation }: GraphQLDoor): void {
  const AssertionSecret = builder.objectRef<{ readonly secret: string }>('AssertionSecret').implement({
    description: 'A secret that an app signs with (client_secret_jwt). It is shown this once.',
    fields: (t) => ({ secret: t.exposeString('secret', { description: 'The key of the HMAC, as UTF-8.' }) }),
  })
  mutation('addAssertionSecret', {
    description: 'Gives an app a secret to sign with; those that it has go on working for a while.',
    subGraphs: ['public', 'admin'],
    type: AssertionSecret,
    errors: [NotFound, InvalidInput, TooManySecrets],
    input: (t) => ({
      clientId: t.string({ required: true, description: 'The app. It is yours, or you are an admin.' }),
      overlapSeconds: t.int({
        description: 'How long the present ones still work: 0 to 2,592,000. Defaults to 86,400.',
      }),
    }),
    resolve: async (ctx: Context, { clientId, overlapSeconds }) => ({
      secret: await addSecret(ctx, await ownApp(ctx, clientId), overlapSeconds ?? undefined),
    }),
  })
}

/** @throws {NotFound} alike for an app that is not there and one that is not theirs */
async function ownApp(ctx: Context, clientId: string): Promise<App> {
  const current = await ctx.sessions.current()
  if (!current) throw new Unauthenticated()
  const { user } = current
  const app = await ctx.apps.find(clientId)
  if (!app || (user.role !== 'admin' && app.ownerId !== user.id)) throw new NotFound()
  return app
}
