import { describe, expect, it } from 'vitest'
import { type Browser, browse, csrfIn } from '../../pages/browse.ts'
import { describeEachServer } from '../../support/server.ts'
import { CALLBACK, HOME, type Json, OUT_OF_BAND, options, postJson, type Registered, register } from './support.ts'

describeEachServer('GET and POST /oauth/authorize for an app of Mastodon', options, (server) => {
  const pathFor = ({ client_id }: Registered, more: Readonly<Record<string, string>> = {}) =>
    `/oauth/authorize?${new URLSearchParams({
      response_type: 'code',
      client_id,
      redirect_uri: CALLBACK,
      scope: 'read',
      ...more,
    })}`
  const person = async (role: 'user' | 'admin' = 'user') => {
    const user = await server().createUser({ role })
    const browser = browse(server())
    await browser.signIn(user)
    return { user, browser }
  }
  /** What the form of a consent page sends. */
  const fieldsIn = (page: string, more: Readonly<Record<string, string>> = {}) => ({
    csrf_token: csrfIn(page),
    client_id: /name="client_id" value="([^"]+)"/.exec(page)?.[1] ?? '',
    handle: /name="handle" value="([^"]+)"/.exec(page)?.[1] ?? '',
    ...more,
  })
  const sayYes = async (browser: Browser, path: string): Promise<Response> => {
    const page = await (await browser.get(path)).text()
    return browser.post('/oauth/authorize', fieldsIn(page))
  }
  const locationOf = (response: Response) => new URL(response.headers.get('location') ?? '', server().issuer)
  const exchange = async (app: Registered, response: Response): Promise<Json> => {
    const code = locationOf(response).searchParams.get('code')
    const asked = { ...app, grant_type: 'authorization_code', redirect_uri: CALLBACK, code }
    return (await postJson(server(), '/oauth/token', asked)).body
  }

  it('whoever is not signed in is sent to sign in, and back to the same question', async () => {
    const app = await register(server())
    const browser = browse(server())
    const signIn = locationOf(await browser.get(pathFor(app)))
    expect(signIn.pathname).toBe('/sign-in')
    await browser.signIn(await server().createUser())
    const page = await (await browser.get(signIn.searchParams.get('return_to') ?? '')).text()
    expect(page).toContain('Authorization required')
    expect((await browser.post('/oauth/authorize', fieldsIn(page))).status).toBe(302)
  })

  it('who said yes to the same before is not asked again, but where the app forces it', async () => {
    const app = await register(server())
    const { user, browser } = await person()
    const first = await sayYes(browser, pathFor(app))
    expect([...locationOf(first).searchParams.keys()]).toEqual(['code'])
    const again = await browser.get(pathFor(app, { state: 's' }))
    expect(again.status).toBe(302)
    expect([...locationOf(again).searchParams.keys()]).toEqual(['code', 'state'])
    expect((await browser.get(pathFor(app, { scope: 'read write' }))).status).toBe(200)

    server().clock.pass({ seconds: 1 })
    const forced = locationOf(await browser.get(pathFor(app, { force_login: 'true' })))
    expect([forced.pathname, forced.searchParams.get('prompt')]).toEqual(['/sign-in', 'login'])
    const question = forced.searchParams.get('return_to') ?? ''
    const tooOld = await browser.post('/oauth/authorize', fieldsIn(await (await browser.get(question)).text()))
    expect(locationOf(tooOld).pathname).toBe('/sign-in')
    await browser.signIn(user)
    expect((await sayYes(browser, question)).status).toBe(302)
  })

  it('a path with a slash behind it leads to the same page', async () => {
    const app = await register(server())
    const slashed = await server().fetch(pathFor(app).replace('?', '/?'))
    expect([slashed.status, slashed.headers.get('location')]).toEqual([303, server().issuer + pathFor(app)])
  })

  it('at a host of Mastodon a person is sent to where their session is', async () => {
    const app = await register(server())
    const request = new Request(server().issuer + pathFor(app), { headers: { host: HOME } })
    const response = await server().server.fetch(request)
    expect(response.headers.get('location')).toBe(server().issuer + pathFor(app))
  })

  it('without a scope it is `read`, as far as the app has it', async () => {
    const { browser } = await person()
    const app = await register(server(), { scopes: 'read push' })
    expect(await exchange(app, await sayYes(browser, pathFor(app, { scope: '' })))).toMatchObject({ scope: 'read' })
    const other = await register(server(), { scopes: 'push' })
    expect((await browser.get(pathFor(other, { scope: '' }))).status).toBe(400)
  })

  it('what takes an administrator is given by one alone', async () => {
    const app = await register(server(), { scopes: 'read admin:read' })
    const path = pathFor(app, { scope: 'read admin:read' })
    const [ada, root] = [await person(), await person('admin')]
    expect(await exchange(app, await sayYes(ada.browser, path))).toMatchObject({ scope: 'read' })
    expect(await exchange(app, await sayYes(root.browser, path))).toMatchObject({ scope: 'read admin:read' })
    const own = { ...app, grant_type: 'client_credentials', scope: 'read admin:read' }
    expect((await postJson(server(), '/oauth/token', own)).body).toMatchObject({ scope: 'read' })
  })

  it('a form that is not ours decides nothing, and neither does one without a question', async () => {
    const app = await register(server())
    const { browser } = await person()
    const page = await (await browser.get(pathFor(app))).text()
    const { csrf_token: _, ...forged } = fieldsIn(page)
    expect((await browser.post('/oauth/authorize', forged)).status).toBe(403)
    const blank = await browser.post('/oauth/authorize', { ...fieldsIn(page), handle: '' })
    expect([blank.status, await blank.text()]).toEqual([400, expect.stringContaining('An error has occurred')])
    expect((await browser.post('/oauth/authorize', fieldsIn(page))).status).toBe(302)
  })

  it('of many answers to one question one counts', async () => {
    const app = await register(server())
    const { browser } = await person()
    const page = await (await browser.get(pathFor(app))).text()
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        browser.post('/oauth/authorize', fieldsIn(page, index % 2 ? { _method: 'DELETE' } : {})),
      ),
    )
    expect(answers.filter(({ status }) => status === 302)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(9)
  })

  it('of many who bring the same code at once one gets a token', async () => {
    const app = await register(server())
    const { browser } = await person()
    const answered = await sayYes(browser, pathFor(app))
    const answers = await Promise.all(Array.from({ length: 20 }, () => exchange(app, answered)))
    expect(answers.filter(({ access_token }) => access_token)).toHaveLength(1)
    expect(answers.filter(({ error }) => error === 'invalid_grant')).toHaveLength(19)
  })

  it('a code of another app, or with another redirect URI, is invalid_grant', async () => {
    const [app, other] = [await register(server()), await register(server())]
    const { browser } = await person()
    const answered = await sayYes(browser, pathFor(app))
    expect((await exchange(other, answered)).error).toBe('invalid_grant')
    const code = locationOf(answered).searchParams.get('code')
    const asked = { ...app, grant_type: 'authorization_code', redirect_uri: OUT_OF_BAND, code }
    expect((await postJson(server(), '/oauth/token', asked)).body.error).toBe('invalid_grant')
    server().clock.pass({ seconds: 601 })
    expect((await exchange(app, answered)).error).toBe('invalid_grant')
  })

  describe('a code to copy', () => {
    it('is shown to who said yes, and to nobody else (RFC 9700 §4.5)', async () => {
      const app = await register(server())
      const [ada, eve] = [await person(), await person()]
      const { pathname, search } = locationOf(await sayYes(ada.browser, pathFor(app, { redirect_uri: OUT_OF_BAND })))
      expect(pathname).toBe('/oauth/authorize/native')
      expect((await ada.browser.get(pathname + search)).status).toBe(200)
      expect((await eve.browser.get(pathname + search)).status).toBe(400)
      expect((await server().fetch(pathname + search)).status).toBe(400)
      expect((await ada.browser.get(pathname)).status).toBe(400)
    })
  })

  describe('GET /oauth/userinfo', () => {
    const userinfo = (token: string) =>
      server().fetch('/oauth/userinfo', { headers: { authorization: `Bearer ${token}` } })

    it('tells who the user is, with a scope for it', async () => {
      const { user, browser } = await person()
      const app = await register(server(), { scopes: 'profile push' })
      const { access_token } = await exchange(app, await sayYes(browser, pathFor(app, { scope: 'profile' })))
      const response = await userinfo(access_token)
      expect([response.status, await response.json()]).toEqual([
        200,
        {
          iss: `${server().issuer}/`,
          sub: `${server().issuer}/users/${user.id}`,
          name: user.username,
          preferred_username: user.username,
          profile: `${server().issuer}/@${user.username}`,
        },
      ])
      const other = await exchange(app, await sayYes(browser, pathFor(app, { scope: 'push' })))
      const refused = await userinfo(other.access_token)
      expect([refused.status, await refused.json()]).toEqual([
        403,
        { error: 'This action is outside the authorized scopes' },
      ])
    })

    it('an app has no user', async () => {
      const app = await register(server())
      const { body } = await postJson(server(), '/oauth/token', { ...app, grant_type: 'client_credentials' })
      const response = await userinfo(body.access_token)
      expect([response.status, await response.json()]).toEqual([
        422,
        { error: 'This method requires an authenticated user' },
      ])
    })
  })
})
