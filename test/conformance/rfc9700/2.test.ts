import { expect, it } from 'vitest'
import { authorizationCode } from '../../../plugins/authorization-code/index.ts'
import { refreshToken } from '../../../plugins/refresh-token/index.ts'
import { describeEachServer } from '../../support/server.ts'
import { credentialsOf, describeConformance, membersOf, VERIFIER } from '../support.ts'

describeConformance('RFC 9700 §2, best practices', (flow, server) => {
  it('a verifier without a challenge before it is refused, so that nobody takes the challenge away (§2.1.1, §4.8.2)', async () => {
    const made = await flow.makeApp()
    const { core } = server()
    await core.apps.update({ ...made.app, settings: { 'authorization-code.pkce': 'optional' } })
    const code = membersOf(await flow.approved(made, { code_challenge: '', code_challenge_method: '' })).code ?? ''
    expect((await flow.exchange(made, code, { code_verifier: VERIFIER })).body.error).toBe('invalid_grant')
  })

  it('the metadata names S256, and nothing that shows the verifier (§2.1.1)', async () => {
    const metadata = await (await server().fetch('/.well-known/oauth-authorization-server')).json()
    expect(metadata).toMatchObject({ code_challenge_methods_supported: ['S256'] })
  })

  it('refresh tokens of a public app rotate, and one that comes back ends them all (§2.2.2, §4.14.2)', async () => {
    const made = await flow.makeApp({ type: 'public' })
    const refresh = (refresh_token: string) =>
      flow.token({ ...credentialsOf(made), grant_type: 'refresh_token', refresh_token })
    const first = (await flow.tokens(made)).body.refresh_token
    const second = (await refresh(first)).body.refresh_token
    expect(second).not.toBe(first)
    server().clock.pass({ seconds: 60 })
    expect((await refresh(first)).body.error).toBe('invalid_grant')
    expect((await refresh(second)).body.error).toBe('invalid_grant')
  })

  it('an app that was not given the refresh grant gets no refresh token (§4.14.2)', async () => {
    const { body } = await flow.tokens(await flow.makeApp({ grants: ['authorization_code'] }))
    expect(body).not.toHaveProperty('refresh_token')
  })

  it('client ids are made by the server, and are no user’s id (§2.6, §4.15.1)', async () => {
    const user = await server().createUser({ password: 'correct horse battery' })
    const session = await server().signIn(user)
    const create = (more: string) =>
      server().graphql(
        `mutation { createApp(input: { name: "${user.id}", type: CONFIDENTIAL${more} }) { ... on AppCredentials { app { clientId } } } }`,
        {},
        { authorization: `Bearer ${session}` },
      )
    const chosen = await create(`, clientId: "${user.id}"`)
    expect(chosen.errors).toHaveLength(1)
    const { data } = await create('')
    expect(data.createApp.app.clientId).not.toBe(user.id)
    expect(data.createApp.app.clientId).not.toContain(user.username)
  })
})

describeEachServer(
  'RFC 9700 §2 over https',
  () => ({ issuer: 'https://login.example', plugins: [authorizationCode(), refreshToken()] }),
  (server) => {
    it('the metadata leads to https alone (§2.6)', async () => {
      const metadata = (await (await server().fetch('/.well-known/oauth-authorization-server')).json()) as object
      const urls = Object.entries(metadata).filter(([name]) => /_endpoint$|_uri$|^issuer$/.test(name))
      expect(urls.length).toBeGreaterThan(4)
      for (const [name, url] of urls) expect(url, name).toMatch(/^https:\/\/login\.example/)
    })
  },
)
