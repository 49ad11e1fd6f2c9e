import { createHash } from 'node:crypto'
import type { Plugin } from 'grantql/plugin'
import { createTestServer, type TestServer } from 'grantql/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorizationCode } from '../../plugins/authorization-code/index.ts'
import { code } from '../../plugins/code/index.ts'
import { databases } from '../support/database.ts'

/** A response mode whose answer no program could take to the app. */
const pageAlone: Plugin = {
  id: 'page-alone',
  responseModes: [{ mode: 'page_alone', respond: () => new Response('an answer') }],
}
const CALLBACK = 'https://rp.example/cb'

describe.each(databases)('an admin UI over GraphQL ($name)', (database) => {
  let server: TestServer
  beforeAll(async () => {
    server = await createTestServer({
      plugins: [authorizationCode(), code(), pageAlone],
      scopes: [{ name: 'read', description: 'Read your data' }],
      databaseUrl: await database.url(),
    })
  })
  afterAll(() => server?.close())

  it('decides what an app asked for through the browser, and is told where the browser goes with the code', async () => {
    const app = await server.createApp({ grants: ['authorization_code'], scopes: ['read'], redirectUris: [CALLBACK] })
    const user = await server.createUser()
    const verifier = 'v'.repeat(43)
    const params = new URLSearchParams({
      client_id: app.clientId,
      response_type: 'code',
      state: 's',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    })
    const opened = await server.fetch(`/oauth/authorize?${params}`, { redirect: 'manual' })
    const handle = new URL(opened.headers.get('location') ?? '').pathname.split('/')[2]
    const headers = { authorization: `Bearer ${user.sessionToken}` }
    const { data } = await server.graphql(
      'mutation($input: ApproveInput!) { approve(input: $input) { ... on Approval { status redirectTo } } }',
      { input: { handle } },
      { headers },
    )
    const to = new URL(data.approve.redirectTo)
    expect(to.origin + to.pathname).toBe(CALLBACK)
    expect(to.searchParams.get('state')).toBe('s')
    const exchanged = await server.form('/oauth/token', {
      grant_type: 'authorization_code',
      client_id: app.clientId,
      client_secret: app.clientSecret ?? '',
      code: to.searchParams.get('code') ?? '',
      code_verifier: verifier,
    })
    expect(exchanged).toMatchObject({ status: 200, body: { token_type: 'Bearer' } })
  })

  describe('is told where the answer is no URL', () => {
    const OUT_OF_BAND = 'urn:ietf:wg:oauth:2.0:oob'
    const opened = async (more: Record<string, string>) => {
      const redirectUris = [CALLBACK, OUT_OF_BAND]
      const app = await server.createApp({ grants: ['authorization_code'], scopes: ['read'], redirectUris })
      const params = new URLSearchParams({
        client_id: app.clientId,
        response_type: 'code',
        redirect_uri: CALLBACK,
        state: 's',
        code_challenge: createHash('sha256').update('v'.repeat(43)).digest('base64url'),
        code_challenge_method: 'S256',
        ...more,
      })
      const { headers } = await server.fetch(`/oauth/authorize?${params}`, { redirect: 'manual' })
      return new URL(headers.get('location') ?? '').pathname.split('/')[2] ?? ''
    }
    const decide = async (verb: 'approve' | 'deny', handle: string) => {
      const user = await server.createUser()
      const { data } = await server.graphql(
        `mutation ($handle: String!) {
          decided: ${verb}(input: { handle: $handle }) {
            ... on Approval { redirectTo answerForm { redirectUri fields { name value } } }
            ... on Error { code }
          }
        }`,
        { handle },
        { headers: { authorization: `Bearer ${user.sessionToken}` } },
      )
      const { answerForm, ...rest } = data.decided
      const fields = answerForm?.fields.map(({ name, value }: { name: string; value: string }) => [name, value])
      return { ...rest, to: answerForm?.redirectUri, told: fields && Object.fromEntries(fields) }
    }

    it('for form_post: the fields of the form, and where it is posted (Form Post Response Mode §2)', async () => {
      const members = { state: 's', iss: server.server.core.issuer }
      expect(await decide('approve', await opened({ response_mode: 'form_post' }))).toEqual({
        redirectTo: null,
        to: CALLBACK,
        told: { code: expect.stringMatching(/^gqc_/), ...members },
      })
      expect(await decide('deny', await opened({ response_mode: 'form_post' }))).toEqual({
        redirectTo: null,
        to: CALLBACK,
        told: { error: 'access_denied', error_description: expect.any(String), ...members },
      })
    })

    it('for an app without a redirect: the code that the user copies', async () => {
      expect(await decide('approve', await opened({ redirect_uri: OUT_OF_BAND }))).toMatchObject({
        redirectTo: null,
        to: OUT_OF_BAND,
        told: { code: expect.stringMatching(/^gqc_/) },
      })
    })

    it('or nothing is decided: a mode that only its own page can answer in', async () => {
      const handle = await opened({ response_mode: 'page_alone' })
      for (const verb of ['approve', 'deny'] as const) {
        expect(await decide(verb, handle)).toMatchObject({ code: 'invalid_request' })
      }
      expect((await server.server.core.approvals.byHandle(handle))?.status).toBe('pending')
    })

    it('and for a URL there is no form', async () => {
      const { redirectTo, told } = await decide('approve', await opened({}))
      expect([new URL(redirectTo).origin, told]).toEqual(['https://rp.example', undefined])
    })
  })

  it('gives one app its own value of a setting, and takes it away again', async () => {
    const admin = await server.createUser({ role: 'admin' })
    const user = await server.createUser()
    const app = await server.createApp({
      type: 'public',
      grants: ['urn:grantql:params:oauth:grant-type:code'],
      scopes: ['read'],
    })
    const headers = { authorization: `Bearer ${admin.sessionToken}` }
    const find = 'query($after: String) { apps(first: 100, after: $after) { edges { node { id clientId } } } }'
    const { data } = await server.graphql(find, {}, { headers, path: '/admin/graphql' })
    const appId = data.apps.edges.find((edge: { node: { clientId: string } }) => edge.node.clientId === app.clientId)
      .node.id
    const set = (input: object, by = headers) =>
      server.graphql(
        'mutation($input: UpdateAppSettingInput!) { updateAppSetting(input: $input) { __typename ... on App { settings { name value } } ... on Error { code } } }',
        { input: { appId, ...input } },
        { headers: by, path: '/admin/graphql' },
      )
    const lifetime = async () => (await server.form('/oauth/code', { client_id: app.clientId })).body.expires_in

    expect((await set({ name: 'code.ttlSeconds', value: '90' })).data.updateAppSetting.settings).toEqual([
      { name: 'code.ttlSeconds', value: '90' },
    ])
    expect(await lifetime()).toBe(90)
    for (const wrong of [
      { name: 'code.ttlSeconds', value: '5' },
      { name: 'code.ttlSeconds', value: 'x' },
      { name: 'no.such', value: '1' },
    ]) {
      expect((await set(wrong)).data.updateAppSetting.code).toBe('invalid_input')
    }
    expect((await set({ name: 'code.ttlSeconds' })).data.updateAppSetting.settings).toEqual([])
    expect(await lifetime()).toBe(600)
    const refused = await set(
      { name: 'code.ttlSeconds', value: '90' },
      { authorization: `Bearer ${user.sessionToken}` },
    )
    expect(refused.data?.updateAppSetting ?? null).toBeNull()
  })
})
