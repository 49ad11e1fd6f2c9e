import { defineCase } from '../case.ts'

const REDIRECT_URI = 'https://app.example/callback'
/** RFC 7636 appendix B. */
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

export default defineCase({
  title: 'code + PKCE, with a refresh token',
  targetMs: 0.075,
  signs: 'ES256',
  once: true,
  async prepare({ createApp, approvedCodes }, count) {
    const app = await createApp({ grants: ['authorization_code', 'refresh_token'], redirectUris: [REDIRECT_URI] })
    const codes = await approvedCodes(app, count, {
      grantType: 'authorization_code',
      details: { codeChallenge: CHALLENGE, redirectUri: REDIRECT_URI, sentRedirectUri: REDIRECT_URI },
    })
    const params = new URLSearchParams({
      grant_type: 'authorization_code',
      redirect_uri: REDIRECT_URI,
      code_verifier: VERIFIER,
    })
    return { path: '/oauth/token', headers: app.formHeaders, bodies: codes.map((code) => `${params}&code=${code}`) }
  },
  isRight: ({ access_token: access, refresh_token: refresh }) =>
    access.split('.').length === 3 && typeof refresh === 'string',
})
