import type { OAuthError } from '../errors/oauth-error.ts'
import type { Redemption, RedemptionMark } from '../plugin/issuance.ts'
import type { Approvals, CodeClaim } from './approvals.ts'

type ClaimTransaction = Parameters<Approvals['claim']>[0]

/** Pays with a code. Core knows it by its class, so that those that arrive together can share a transaction. */
export class CodeRedemption implements Redemption {
  readonly codeKey: Buffer
  readonly lost: () => Promise<OAuthError>
  readonly #approvals: Pick<Approvals, 'claim'>

  constructor(approvals: Pick<Approvals, 'claim'>, codeKey: Buffer, lost: () => Promise<OAuthError>) {
    this.codeKey = codeKey
    this.lost = lost
    this.#approvals = approvals
  }

  /** The claim of this one attempt. */
  claim({ claimId, familyId, at }: RedemptionMark): CodeClaim {
    return { codeKey: this.codeKey, claimId, familyId, at }
  }

  async redeem(trx: ClaimTransaction, mark: RedemptionMark): Promise<boolean> {
    return (await this.#approvals.claim(trx, [this.claim(mark)])).size === 1
  }
}
