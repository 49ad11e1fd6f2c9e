import { type Endpoint, formParams, objectParams } from 'grantql/plugin'
import { Refusal } from './errors.ts'
import { findClient } from './find-client.ts'
import { GRIDLESS_GRANT_TYPE } from './grant-type.ts'
import { json } from './json.ts'
import { CLAIM_PATH } from './paths.ts'
import { paramReader } from './read-params.ts'

/** What a client without a code makes of it in a URL. */
const NO_CODES: readonly (string | undefined)[] = [undefined, 'null', 'undefined', '0']

/** Where an app claims the token of a code, with nothing but the code. */
export const claimToken: Endpoint = {
  method: 'POST',
  path: CLAIM_PATH,
  async handle(ctx, request) {
    const param = paramReader(ctx.request, formParams(new URLSearchParams(await request.text())))
    const { clientId } = await findClient(ctx, param('client_id'))
    const code = param('code')
    if (NO_CODES.includes(code)) throw new Refusal('noCodeToClaim')
    const { accessToken } = await ctx.operations.exchangeToken({
      grantType: GRIDLESS_GRANT_TYPE,
      params: objectParams({ code, code_verifier: param('code_verifier') }),
      credentials: { clientId },
      request: ctx.request,
    })
    return json({ token: accessToken })
  },
}
