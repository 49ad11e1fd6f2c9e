import type { NetworkLimit } from '../plugin/limit.ts'

/** How many are let through in a window that begins with the first one and has a fixed end. */
export interface GuessLimit {
  readonly most: number
  readonly windowSeconds: number
}

const MINUTES = 60

/** Nobody is locked out for longer. */
export const LONGEST_WINDOW_SECONDS = 15 * MINUTES

/**
 * What can be guessed, and by whom failures are counted; and what anybody may do without proving who they are, where every
 * use counts. Plugins declare more of the latter. Windows never grow: whoever goes on makes nobody wait longer, and nobody
 * waits for more than a window.
 */
export const GUESS_LIMITS = {
  /** Failed sign-ins under one user name, whether or not anybody has it. */
  signInByAccount: { most: 10, windowSeconds: 15 * MINUTES },
  /** Failed sign-ins from one network, under whatever names. */
  signInByNetwork: { most: 100, windowSeconds: 15 * MINUTES },
  /** Failed sign-ins under one name in a browser that has signed in under it before: they count here and nowhere else. */
  signInByDevice: { most: 10, windowSeconds: 15 * MINUTES },
  /** Wrong secrets of one app. */
  appSecretByApp: { most: 30, windowSeconds: MINUTES },
  /** Well-formed codes and refresh tokens that nobody was given, presented as one app from one network. */
  unknownSecretByApp: { most: 100, windowSeconds: 10 * MINUTES },
  /** Well-formed handles that nobody was given, presented by one signed-in user. */
  unknownSecretByUser: { most: 100, windowSeconds: 10 * MINUTES },
  /** Well-formed codes that nobody was given, presented from one network by nobody in particular. */
  unknownSecretByNetwork: { most: 100, windowSeconds: 10 * MINUTES },
  /** Short codes that people type and that lead nowhere, by one signed-in user. */
  typedCodeByUser: { most: 5, windowSeconds: 15 * MINUTES },
  /** Short codes that lead nowhere, from one network, by whomever. */
  typedCodeByNetwork: { most: 20, windowSeconds: 15 * MINUTES },
  /** Short codes that lead nowhere, of everybody together. */
  typedCodeOverall: { most: 1000, windowSeconds: 15 * MINUTES },
  /** Requests of apps that wait for a person's yes, brought by browsers of one network in which nobody is signed in. */
  authorizationByNetwork: { most: 1000, windowSeconds: 10 * MINUTES },
} as const satisfies Readonly<Record<string, GuessLimit>>

/** A limit that a plugin declares: `<plugin id>.<name>`. */
export type PluginLimitName = `${string}.${string}`
export type GuessLimitName = keyof typeof GUESS_LIMITS | PluginLimitName

/** Limits by name, as a configuration changes them. */
export type ChangedLimits = Readonly<Partial<Record<GuessLimitName, GuessLimit>>>

/** A limit by its name. @throws {Error} where neither core nor a plugin of this server declares it */
export type FindLimit = (name: GuessLimitName) => GuessLimit

/**
 * The limits of a deployment.
 *
 * @param changed those that differ from the defaults
 * @param declared those of the plugins
 */
export function guessLimits(
  changed: ChangedLimits = {},
  declared: ReadonlyMap<NetworkLimit, PluginLimitName> = new Map(),
): FindLimit {
  const ofPlugins = [...declared].map(([limit, name]) => [name, limit] as const)
  const limits: ChangedLimits = { ...GUESS_LIMITS, ...Object.fromEntries(ofPlugins), ...changed }
  return (name) => {
    const found = limits[name]
    if (!found) throw new Error(`There is no limit ${name}.`)
    return found
  }
}
