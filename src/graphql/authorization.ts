import { Forbidden, Unauthenticated } from '../errors/standard.ts'
import type { Actor } from '../operations/actor.ts'
import type { GraphQLContext } from './context.ts'

/** What a type or a field may ask for before it is read. */
export interface AuthScopes {
  /** Somebody is signed in. */
  signedIn: boolean
  /** An admin, or at the admin endpoint an access token for it. */
  admin: boolean
  /** The user with this id, or an admin. */
  self: string
  /** Whoever holds the code or the handle of the approval with this id. */
  holdsApproval: string
}

type MaybePromise<T> = T | Promise<T>

/** Answers the scopes of a request, each only when it is asked for. */
export function authScopes(context: GraphQLContext) {
  return {
    signedIn: () => whoever(context, (actor) => actor !== undefined),
    admin: () => whoever(context, isAdmin),
    self: (userId: string) =>
      context.provenUsers.has(userId) || whoever(context, (actor) => isAdmin(actor) || actor?.id === userId),
    holdsApproval: (approvalId: string) => context.heldApprovals.has(approvalId),
  }
}

/** The actor of the request. @throws {Unauthenticated} when nobody is signed in */
export async function requireActor(context: GraphQLContext): Promise<Actor> {
  const { actor } = await context.identity()
  if (!actor) throw new Unauthenticated()
  return actor
}

/** The signed-in user with the session. @throws {Unauthenticated} when nobody is signed in */
export async function requireViewer(context: GraphQLContext) {
  const { viewer } = await context.identity()
  if (!viewer) throw new Unauthenticated()
  return viewer
}

/** Why a scope is not given: nobody is signed in, or they may not. */
export function refusal(context: GraphQLContext): Error {
  return context.known.identity?.actor ? new Forbidden() : new Unauthenticated()
}

export const isAdmin = (actor: Actor | undefined): boolean => actor?.role === 'admin'

function whoever(context: GraphQLContext, may: (actor: Actor | undefined) => boolean): MaybePromise<boolean> {
  const identity = context.identity()
  return identity instanceof Promise ? identity.then(({ actor }) => may(actor)) : may(identity.actor)
}
