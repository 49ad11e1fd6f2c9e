import type { RequestContext, SenderConstraint } from 'grantql/plugin'
import { ALGORITHMS } from './algorithms.ts'
import { InvalidDpopProof, UseDpopNonce } from './errors.ts'
import { currentNonce, isCurrentNonce } from './nonces.ts'
import { settings } from './settings.ts'
import { verifyProof } from './verify-proof.ts'

/** Binds tokens to the key of the proof in the header `DPoP`, and demands one where such a token is presented. */
export const constraint: SenderConstraint = {
  id: 'dpop',
  tokenType: 'DPoP',
  confirmation: 'jkt',
  async constrain(ctx, { app, accessToken }) {
    const proof = ctx.request.headers.get('dpop')
    if (proof === null) {
      if (app && ctx.setting(settings.dpopBoundAccessTokens, app)) {
        throw new InvalidDpopProof({ message: 'This app has to bring a DPoP proof.' })
      }
      return undefined
    }
    try {
      return await useProof(ctx, proof, accessToken)
    } catch (error) {
      throw accessToken === undefined ? error : asChallenge(error)
    }
  },
}

/** The thumbprint of the key, for a proof that holds and that nobody has used before. */
async function useProof(ctx: RequestContext, text: string, accessToken: string | undefined): Promise<string> {
  const proof = await verifyProof(ctx, text, accessToken)
  if (ctx.setting(settings.nonces) === 'required') {
    ctx.addAnswerHeader('dpop-nonce', currentNonce(ctx))
    if (!isCurrentNonce(ctx, proof.nonce)) throw new UseDpopNonce()
  }
  const isFirst = await ctx.useOnce('proof', `${proof.thumbprint} ${proof.id}`, proof.until)
  if (!isFirst) throw new InvalidDpopProof({ message: 'This DPoP proof was used before.' })
  return proof.thumbprint
}

/** Where a token is presented, what is wrong with its proof is said in `WWW-Authenticate` (RFC 9449 §7.1). */
function asChallenge(error: unknown): unknown {
  for (const Wrong of [InvalidDpopProof, UseDpopNonce]) {
    if (!(error instanceof Wrong)) continue
    const { message, cause, code } = error
    return new Wrong({ message, cause, challenge: `DPoP error="${code}", algs="${ALGORITHMS.join(' ')}"` })
  }
  return error
}
