import { expect, it } from 'vitest'
import { browse } from '../../pages/browse.ts'
import { approveCode, CODE_GRANT, requestCode } from '../../rest/code-flow.ts'
import { describeEachServer } from '../../support/server.ts'
import { bearer, makeClient, options, send } from './support.ts'

describeEachServer('ProcessMaker and the apps of others', options, (server) => {
  const otherApp = async () => (await server().createApp({ type: 'public', grants: [CODE_GRANT] })).app

  it('its consent page asks for nobody else: their own page has its own warnings (RFC 8628 §5.4)', async () => {
    const client = await makeClient(server(), ['password_client'])
    const app = await otherApp()
    const { handle } = await requestCode(server(), { client_id: app.clientId })
    const browser = browse(server())
    await browser.signIn(await server().createUser())
    const query = new URLSearchParams({ client_id: String(client.id), auth_token: handle })
    const asked = await browser.get(`/oauth/authorize?${query}`)
    expect([asked.status, await asked.text()]).toEqual([404, expect.not.stringContaining('Authorization Request')])
    expect((await server().core.approvals.byHandle(handle))?.status).toBe('pending')
  })

  it('an access token of theirs lists nobody’s tokens', async () => {
    const app = await otherApp()
    const user = await server().createUser()
    const { code, handle } = await requestCode(server(), { client_id: app.clientId })
    await approveCode(server(), handle, user)
    const claimed = await server().form('/oauth/token', { grant_type: CODE_GRANT, client_id: app.clientId, code })
    const { access_token } = (await claimed.json()) as { access_token: string }
    const path = `/api/1.0/users/${user.id}/tokens`
    expect((await send(server(), 'GET', path, undefined, bearer(access_token))).status).toBe(401)
  })
})
