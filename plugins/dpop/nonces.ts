import type { PluginContext } from 'grantql/plugin'

/** How long one nonce is given out. It is taken for as long again. */
const NONCE_SECONDS = 60

const slotOf = (ctx: PluginContext): number => Math.floor(ctx.now().getTime() / 1000 / NONCE_SECONDS)

/** Nothing is stored: every node makes the same one at the same time, and nobody else can. */
const nonceOf = (ctx: PluginContext, slot: number): string => ctx.names.derive('nonce', String(slot))

/** The nonce to use from now on (RFC 9449 §8). */
export const currentNonce = (ctx: PluginContext): string => nonceOf(ctx, slotOf(ctx))

/** Whether it is one of this server's: the present one, the one before, or that of a node whose clock is ahead. */
export function isCurrentNonce(ctx: PluginContext, nonce: unknown): boolean {
  const slot = slotOf(ctx)
  return [slot, slot - 1, slot + 1].some((each) => nonceOf(ctx, each) === nonce)
}
