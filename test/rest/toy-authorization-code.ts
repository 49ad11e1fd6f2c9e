import {
  defineGrant,
  definePlugin,
  InvalidGrant,
  InvalidRequest,
  param,
  provesPkce,
  readPkceChallenge,
} from 'grantql/plugin'

const text = (values: readonly unknown[]): string | undefined => (typeof values[0] === 'string' ? values[0] : undefined)

const grant = defineGrant()({
  grantType: 'authorization_code',
  mutation: 'exchangeCode',
  spec: 'RFC 6749 §4.1.3',
  description: 'Exchanges the code of a redirect.',
  clientAuth: 'public-allowed',
  forUsers: true,
  params: {
    code: param.approvalCode({ description: 'The code of the redirect.' }),
    redirectUri: param.string({ description: 'The redirect URI of the request.', optional: true }),
    codeVerifier: param.string({ description: 'The PKCE verifier.', optional: true, secret: true }),
  },
  errors: [InvalidGrant],
  async exchange(ctx, { code, redirectUri, codeVerifier }) {
    const { approval, redemption } = await ctx.approvals.claim({
      code,
      grantType: 'authorization_code',
      proof: ({ details }) =>
        redirectUri !== undefined && redirectUri !== details.redirectUri
          ? 'failed'
          : provesPkce(details.codeChallenge as string | undefined, codeVerifier),
    })
    return { subject: { userId: approval.userId }, scopes: approval.grantedScopes, redeems: redemption }
  },
})

/** An authorization code grant of a few lines, through the public door alone. The real one is a plugin of its own. */
export const toyAuthorizationCode = () =>
  definePlugin()({
    id: 'toy-authorization-code',
    grants: [grant],
    responseTypes: [
      {
        responseType: 'code',
        grantType: grant.grantType,
        defaultMode: 'query',
        ttlSeconds: 60,
        async open(_, { params }) {
          const challenge = readPkceChallenge(
            text(params.all('code_challenge')),
            text(params.all('code_challenge_method')),
          )
          if (params.all('fail')[0] === 'declared') throw new InvalidRequest({ message: 'The plugin said "no".' })
          if (params.all('fail')[0] === 'unexpected') throw new Error('a bug of the plugin')
          return { codeChallenge: challenge }
        },
        async complete(_, approval, code) {
          if (approval.details.codeChallenge === 'never') throw new Error('never')
          return { code }
        },
      },
      {
        responseType: 'ticket',
        grantType: grant.grantType,
        defaultMode: 'fragment',
        ttlSeconds: 60,
        open: async () => ({}),
        complete: async () => ({ ticket: 'for the fragment alone' }),
      },
    ],
    responseModes: [
      {
        mode: 'toy_page',
        respond: (redirectUri, members) =>
          new Response(JSON.stringify({ redirectUri, members }), { headers: { 'content-type': 'application/json' } }),
      },
    ],
    requestSources: [
      {
        id: 'pushed',
        recognises: (params) => text(params.all('request_uri'))?.startsWith('urn:toy:') ?? false,
        async load(_, params) {
          const pushed = JSON.parse(
            Buffer.from(text(params.all('request_uri'))?.slice(8) ?? '', 'base64url').toString(),
          )
          return pushed as Record<string, string>
        },
      },
    ],
  })
