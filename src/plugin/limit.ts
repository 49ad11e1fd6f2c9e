/**
 * How often anybody may do something from one network (an IPv4 /24, an IPv6 /56) without proving who they are, whether or
 * not it succeeds. `limits` in the configuration changes the figures, by `<plugin id>.<name>`.
 */
export interface NetworkLimit {
  /** What is counted, for the operator. */
  readonly description: string
  /** How many are let through in a window: generous, for a company or a school is one network. */
  readonly most: number
  /** Seconds from the first one that counts; 900 at most. */
  readonly windowSeconds: number
}

/**
 * The limits of a plugin by name. An operation names its own as `limit`; everything else counts by `ctx.countByNetwork`.
 *
 * @example
 * export const limits = {
 *   sendLink: { description: 'Links that are sent.', most: 100, windowSeconds: 600 },
 * } satisfies NetworkLimits
 */
export type NetworkLimits = Readonly<Record<string, NetworkLimit>>
