import { type AuthorizeParams, InvalidRequest, param, type TokenParams } from 'grantql/plugin'
import { constraint } from './constraint.ts'
import { InvalidDpopProof, UseDpopNonce } from './errors.ts'

const ID = 'dpop'
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/

const params = {
  dpopJkt: param.string({
    description: 'The thumbprint of the key that the code has to be redeemed by (RFC 9449 §10).',
    optional: true,
  }),
}

interface Bound {
  readonly jkt: string
}

/** Remembers the key that an app names when it asks for a code. */
export const authorizeParams: AuthorizeParams<typeof params, unknown, Bound> = {
  id: ID,
  params,
  errors: [InvalidDpopProof, UseDpopNonce],
  async read(_ctx, _input, { dpopJkt: jkt }) {
    if (jkt === undefined) return undefined
    if (!THUMBPRINT.test(jkt)) {
      throw new InvalidRequest({ message: 'dpop_jkt must be a SHA-256 thumbprint in base64url.', about: 'dpop_jkt' })
    }
    return { jkt }
  },
  // A proof on the request that was pushed says the same (§10.1).
  async pushed(ctx, { dpopJkt }) {
    const jkt = await constraint.constrain(ctx, {})
    if (jkt === undefined) return {}
    if (dpopJkt !== undefined && dpopJkt !== jkt) {
      throw new InvalidDpopProof({ message: 'dpop_jkt is not the key of the proof.', about: 'dpop_jkt' })
    }
    return { dpop_jkt: jkt }
  },
}

/** Lets nobody redeem such a code by another key, or by none. Refresh tokens go by what they are bound to themselves. */
export const codeBinding: TokenParams = {
  id: ID,
  params: {},
  async apply(ctx, issuance) {
    const bound = issuance.asked?.[ID] as Bound | undefined
    const isFirst = issuance.familyId === undefined
    if (bound && isFirst && ctx.confirmation?.jkt !== bound.jkt) {
      throw new InvalidDpopProof({ message: 'The code is bound to another key.' })
    }
    return issuance
  },
}
