/** How many failures are let through in a window that begins with the first one and has a fixed end. */
export interface GuessLimit {
  readonly failures: number
  readonly windowSeconds: number
}

const MINUTES = 60

/**
 * What can be guessed, and by whom it is counted. Windows never grow: whoever goes on guessing makes nobody wait longer,
 * and nobody waits for more than a window.
 */
export const GUESS_LIMITS = {
  /** Failed sign-ins under one user name, whether or not anybody has it. */
  signInByAccount: { failures: 10, windowSeconds: 15 * MINUTES },
  /** Failed sign-ins from one network, under whatever names. */
  signInByNetwork: { failures: 100, windowSeconds: 15 * MINUTES },
  /** Failed sign-ins under one name in a browser that has signed in under it before: they count here and nowhere else. */
  signInByDevice: { failures: 10, windowSeconds: 15 * MINUTES },
  /** Wrong secrets of one app. */
  appSecretByApp: { failures: 30, windowSeconds: MINUTES },
  /** Well-formed codes and refresh tokens that nobody was given, presented as one app from one network. */
  unknownSecretByApp: { failures: 100, windowSeconds: 10 * MINUTES },
  /** Well-formed handles that nobody was given, presented by one signed-in user. */
  unknownSecretByUser: { failures: 100, windowSeconds: 10 * MINUTES },
  /** Well-formed codes that nobody was given, presented from one network by nobody in particular. */
  unknownSecretByNetwork: { failures: 100, windowSeconds: 10 * MINUTES },
} as const satisfies Readonly<Record<string, GuessLimit>>

export type GuessLimitName = keyof typeof GUESS_LIMITS
export type GuessLimits = Readonly<Record<GuessLimitName, GuessLimit>>

/** The limits of a deployment. @param changed those that differ from the defaults */
export function guessLimits(changed: Partial<GuessLimits> = {}): GuessLimits {
  return { ...GUESS_LIMITS, ...changed }
}
