import { authorizationCode } from '../../../plugins/authorization-code/index.ts'
import { implicit } from '../../../plugins/implicit/index.ts'
import { password } from '../../../plugins/password/index.ts'
import { usergrid } from '../../../plugins/usergrid/index.ts'
import type { App } from '../../../src/apps/app.ts'
import type { CreatedApp } from '../../../src/operations/create-app.ts'
import { updateAppSetting } from '../../../src/operations/update-setting.ts'
import type { User } from '../../../src/users/user.ts'
import type { TestServer } from '../../support/server.ts'

export const PASSWORD = 'correct horse battery'
export const CALLBACK = 'https://rp.example/cb'
/** The app of the page that the dialect is taken from; nobody knows it here. */
export const NOBODYS = 'b0U5N81ME96NSeG78xIxQFxelQ'

export const plugins = () => [usergrid(), authorizationCode(), password(), implicit()]

const ADMIN = { id: '00000000-0000-7000-8000-000000000000', role: 'admin' } as const

/** What people and programs do with Usergrid. */
export function usergridAt(server: () => TestServer) {
  let count = 0
  const json = async (response: Response) => ({
    status: response.status,
    headers: response.headers,
    // biome-ignore lint/suspicious/noExplicitAny: the shape is what the test asks for
    body: (await response.json()) as any,
  })
  return {
    json,
    user: (username = `ann${++count}`): Promise<User> => server().createUser({ username, password: PASSWORD }),
    /** By default one of an admin, with the code grant and a callback. */
    app: (more: Partial<App> = {}): Promise<CreatedApp & { readonly basic: string }> =>
      server().createApp({
        dialect: 'usergrid',
        grants: ['authorization_code', 'client_credentials'],
        redirectUris: [CALLBACK],
        privileges: ['legacy-grants'],
        ...more,
      }),
    /** The public app in whose name people sign in who name none. */
    async managementApp(): Promise<App> {
      const { app } = await server().createApp({
        dialect: 'usergrid',
        type: 'public',
        grants: ['password'],
        privileges: ['legacy-grants'],
      })
      await server().core.settings.write('usergrid.managementApp', app.clientId)
      return app
    },
    set: (name: string, value: unknown) => server().core.settings.write(`usergrid.${name}`, value),
    setForApp: (app: App, name: string, value: unknown) =>
      updateAppSetting(server().core, ADMIN, app.id, `usergrid.${name}`, value),
    token: async (params: Record<string, string>, headers: Record<string, string> = {}) =>
      json(await server().form('/management/token', params, headers)),
    tokenByJson: async (body: unknown, headers: Record<string, string> = {}) =>
      json(await server().fetch('/management/token', { method: 'POST', body: JSON.stringify(body), headers })),
    /** Fills in the form and sends it. */
    submit: (username: string, asked: Record<string, string>, typed = PASSWORD) =>
      server().form('/management/authorize', {
        response_type: 'code',
        client_id: '',
        redirect_uri: '',
        scope: '',
        state: '',
        ...asked,
        username,
        password: typed,
      }),
    me: async (token: string) =>
      json(await server().fetch('/management/me', { headers: { authorization: `Bearer ${token}` } })),
    revoke: async (user: string, token: string, method = 'PUT') =>
      json(
        await server().fetch(`/management/users/${user}/revoketokens`, {
          method,
          headers: { authorization: `Bearer ${token}` },
        }),
      ),
  }
}
