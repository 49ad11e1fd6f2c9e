import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { authorizationCode } from '../../plugins/authorization-code/index.ts'
import type { App } from '../../src/apps/app.ts'
import { updateApp } from '../../src/operations/change-app.ts'
import { CODE_GRANT, requestCode } from '../rest/code-flow.ts'
import { describeEachServer } from '../support/server.ts'
import { browse } from './browse.ts'

const CALLBACK = 'https://app.example/cb'
const CHALLENGE = createHash('sha256').update('v'.repeat(43)).digest('base64url')
const ADMIN = { id: 'admin', role: 'admin' } as const

describeEachServer(
  'a request of an app that has changed since it asked',
  () => ({ plugins: [authorizationCode()] }),
  (server) => {
    const newApp = async (given: Partial<App> = {}) =>
      (await server().createApp({ grants: ['authorization_code'], redirectUris: [CALLBACK], ...given })).app
    const asked = async ({ clientId }: App) => {
      const params = new URLSearchParams({
        client_id: clientId,
        response_type: 'code',
        code_challenge: CHALLENGE,
        code_challenge_method: 'S256',
      })
      const opened = await server().fetch(`/oauth/authorize?${params}`)
      return new URL(opened.headers.get('location') ?? '').pathname
    }
    const expectRefused = async (response: Response) => {
      expect([response.status, response.headers.get('location'), response.headers.get('refresh')]).toEqual([
        400,
        null,
        null,
      ])
      expect(await response.text()).toContain('This app may not ask for that any more')
    }
    const person = async () => {
      const user = await server().createUser()
      const browser = browse(server())
      await browser.signIn(user)
      return { user, browser }
    }

    const changes: [string, Parameters<typeof updateApp>[3]][] = [
      ['the app was switched off', { isDisabled: true }],
      ['its redirect URI was taken from it', { redirectUris: ['https://app.example/new'] }],
      ['its grant was taken from it', { grants: ['client_credentials'] }],
    ]

    describe.each(changes)('where %s', (_, change) => {
      it.each(['approve', 'deny'])('is not decided, and leads nowhere: %s (RFC 9700 §4.1.3)', async (decision) => {
        const app = await newApp()
        const path = await asked(app)
        const { browser } = await person()
        const csrf_token = await browser.csrf(path)
        await updateApp(server().core, ADMIN, app.id, change)
        await expectRefused(await browser.get(path))
        await expectRefused(await browser.post(path, { csrf_token, decision, scope: 'read' }))
        expect((await server().core.approvals.byHandle(path.split('/')[2] ?? ''))?.status).toBe('pending')
      })

      it('is not answered by a yes of before, either', async () => {
        const app = await newApp()
        const path = await asked(app)
        const { browser, user } = await person()
        await server().core.consents.remember(user.id, app.id, ['read', 'write'])
        await updateApp(server().core, ADMIN, app.id, change)
        await expectRefused(await browser.get(path))
      })

      it('is refused over GraphQL: unauthorized_client', async () => {
        const app = await newApp()
        const handle = (await asked(app)).split('/')[2]
        await updateApp(server().core, ADMIN, app.id, change)
        const authorization = `Bearer ${await server().signIn(await server().createUser())}`
        for (const verb of ['approve', 'deny']) {
          const { data } = await server().graphql(
            `mutation ($handle: String!) { ${verb}(input: { handle: $handle }) { ... on Error { code } } }`,
            { handle },
            { authorization },
          )
          expect(data[verb]).toEqual({ code: 'unauthorized_client' })
        }
      })
    })

    it('is as good as ever where it still has what it asked by', async () => {
      const app = await newApp()
      const path = await asked(app)
      await updateApp(server().core, ADMIN, app.id, { redirectUris: [CALLBACK, 'https://app.example/new'] })
      const { browser } = await person()
      const response = await browser.decide(path, 'approve')
      expect(response.headers.get('location')).toContain(`${CALLBACK}?code=`)
    })

    it('is refused as well where nothing leads back to the app, and it was switched off', async () => {
      const app = await newApp({ type: 'public', grants: [CODE_GRANT] })
      const { handle } = await requestCode(server(), { client_id: app.clientId })
      const { browser } = await person()
      const csrf_token = await browser.csrf(`/approve/${handle}`)
      await updateApp(server().core, ADMIN, app.id, { isDisabled: true })
      await expectRefused(await browser.post(`/approve/${handle}`, { csrf_token, decision: 'approve' }))
    })
  },
)
