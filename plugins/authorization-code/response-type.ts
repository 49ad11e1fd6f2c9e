import { InvalidRequest, OUT_OF_BAND, param, type ResponseType, readPkceChallenge } from 'grantql/plugin'
import { settings } from './settings.ts'

export const responseType: ResponseType = {
  responseType: 'code',
  grantType: 'authorization_code',
  defaultMode: 'query',
  ttlSeconds: (ctx, { app, redirectUri }) =>
    ctx.setting(redirectUri === OUT_OF_BAND ? settings.copiedCodeTtlSeconds : settings.codeTtlSeconds, app),
  consent: settings.consent,
  params: {
    codeChallenge: param.string({ description: 'What the verifier is compared with (RFC 7636 §4.2).', optional: true }),
    codeChallengeMethod: param.string({ description: 'How it is made of the verifier: S256.', optional: true }),
  },

  async open(ctx, { app, params, sentRedirectUri }) {
    const text = (name: string) => {
      const [value] = params.all(name)
      return typeof value === 'string' && value !== '' ? value : undefined
    }
    const codeChallenge = readPkceChallenge(text('code_challenge'), text('code_challenge_method'))
    const isRequired = app.type === 'public' || ctx.setting(settings.pkce, app) === 'required'
    if (codeChallenge === undefined && isRequired) {
      throw new InvalidRequest({ message: 'code_challenge is missing: this app binds its codes by PKCE.' })
    }
    return { codeChallenge, sentRedirectUri }
  },

  complete: async (_ctx, _approval, code) => ({ code }),
}
