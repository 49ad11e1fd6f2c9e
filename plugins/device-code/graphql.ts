import { type GraphQLDoor, NotFound, type RequestContext, TooManyAttempts, Unauthenticated } from 'grantql/plugin'
import { type Device, isNearby } from './device.ts'
import type { DeviceCodeTables } from './tables.ts'
import { enterUserCode, type WaitingRequest } from './user-codes.ts'

interface EnteredRequest extends WaitingRequest {
  readonly device: Partial<Device>
  readonly isNearby: boolean
}

/** Adds `enterUserCode`, for pages that are not ours. They then show `approval(handle)`, and call `approve` or `deny`. */
export function addEnterUserCode({ builder, mutation }: GraphQLDoor): void {
  const DeviceRequest = builder.objectRef<EnteredRequest>('DeviceRequest').implement({
    description: 'A device that waits for a decision, as whoever typed its code sees it.',
    subGraphs: ['public'],
    fields: (t) => ({
      handle: t.exposeString('handle', { description: 'What it is shown and decided by: approval, approve, deny.' }),
      program: t.string({
        description: 'What the device calls itself, in a few words: Chrome on Android.',
        resolve: ({ device }) => device.program ?? '',
      }),
      address: t.string({
        nullable: true,
        description: 'The IP address that it asked from, as far as this server knows it. Show it before the decision.',
        resolve: ({ device }) => device.address ?? null,
      }),
      isNearby: t.exposeBoolean('isNearby', {
        description: 'Whether it asked from the network of whoever typed the code.',
      }),
    }),
  })
  mutation('enterUserCode', {
    description: 'Finds the device that shows a code, for whoever is signed in and types it first.',
    subGraphs: ['public'],
    type: DeviceRequest,
    errors: [NotFound, TooManyAttempts],
    input: (t) => ({
      userCode: t.string({ required: true, description: 'As typed: case, spaces and dashes do not matter.' }),
    }),
    async resolve(ctx: RequestContext<DeviceCodeTables>, { userCode }) {
      const current = await ctx.sessions.current()
      if (!current) throw new Unauthenticated()
      const waiting = await enterUserCode(ctx, current.user, userCode)
      if (!waiting) throw new NotFound({ message: 'Nothing waits for this code.' })
      const device: Partial<Device> = waiting.approval.details
      return { ...waiting, device, isNearby: isNearby(device.address, ctx.request.address) }
    },
  })
}
