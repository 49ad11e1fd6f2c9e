import { expect, it } from 'vitest'
import { type Browser, csrfIn } from '../../pages/browse.ts'
import { describeEachServer } from '../../support/server.ts'
import { deployment, Gridless } from './gridless.ts'

const PATH = '/_gridless/developers'

describeEachServer('the developer API of Gridless', deployment, (server) => {
  const gridless = () => new Gridless(server())

  const cookieOf = ({ cookies }: Browser) => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')

  const send = async (body: object, headers: Record<string, string> = {}) => {
    const response = await server().fetch(PATH, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    // biome-ignore lint/suspicious/noExplicitAny: it depends on the document
    return { status: response.status, body: (await response.json()) as any }
  }

  /** Asks as a script of the panel does. */
  const developer = async () => {
    const user = await server().createUser()
    const browser = await gridless().signedIn(user)
    const csrf_token = csrfIn(await (await browser.get(PATH)).text())
    const ask = async (query: string, variables: object = {}) =>
      (await send({ query, variables, csrf_token }, { cookie: cookieOf(browser) })).body
    return { user, browser, csrf_token, ask }
  }
  const NEW =
    'mutation($name:String!,$type:ApplicationType!){newApplication(name:$name,type:$type){id name type avatar_url redirect_uris}}'

  it('has the seven names, and answers in the shapes of Gridless', async () => {
    const { ask } = await developer()
    const made = (await ask(NEW, { name: 'Demo', type: 'CLIENT' })).data.newApplication
    expect(made).toEqual({ id: expect.any(String), name: 'Demo', type: 'CLIENT', avatar_url: null, redirect_uris: [] })
    const { id } = made
    const update =
      'mutation($id:ID!,$data:ApplicationUpdate!){updateApplication(id:$id,data:$data){name avatar_url redirect_uris}}'
    const data = { name: 'Named', avatar_url: 'https://app.example/a.png', redirect_uris: ['https://app.example/'] }
    expect((await ask(update, { id, data })).data.updateApplication).toEqual(data)
    expect((await ask(update, { id, data: { avatar_url: null } })).data.updateApplication).toEqual({
      ...data,
      avatar_url: null,
    })
    const all = await ask(
      'query($id:ID!){allApplications{id name} application(id:$id){id type} applicationClientId(id:$id)}',
      { id },
    )
    expect(all.data).toEqual({
      allApplications: [{ id, name: 'Named' }],
      application: { id, type: 'CLIENT' },
      applicationClientId: expect.stringMatching(/^AQUA-[0-9a-f]{72}$/),
    })
    const reset = await ask('mutation($id:ID!){resetApplicationClientId(id:$id)}', { id })
    expect(reset.data.resetApplicationClientId).not.toBe(all.data.applicationClientId)
    expect((await ask('mutation($id:ID!){deleteApplication(id:$id)}', { id })).data.deleteApplication).toBe(true)
    expect((await ask('{allApplications{id}}')).data.allApplications).toEqual([])
  })

  it('a client that it makes can be authorized, a bot cannot yet', async () => {
    const { ask } = await developer()
    const clientIdOf = async (type: string) => {
      const { id } = (await ask(NEW, { name: 'Demo', type })).data.newApplication
      return String((await ask('query($id:ID!){applicationClientId(id:$id)}', { id })).data.applicationClientId)
    }
    const askFor = async (type: string) =>
      (await gridless().post('authorize', { client_id: await clientIdOf(type), response_type: 'code' })).status
    expect([await askFor('CLIENT'), await askFor('BOT')]).toEqual([200, 501])
  })

  it('shows and changes nothing of somebody else’s, an admin’s panel neither', async () => {
    const owner = await developer()
    const { id } = (await owner.ask(NEW, { name: 'Mine', type: 'CLIENT' })).data.newApplication
    const admin = await gridless().signedIn(await server().createUser({ role: 'admin' }))
    const csrf_token = csrfIn(await (await admin.get(PATH)).text())
    const asAdmin = async (query: string, variables: object) =>
      (await send({ query, variables, csrf_token }, { cookie: cookieOf(admin) })).body
    for (const ask of [(await developer()).ask, asAdmin]) {
      for (const field of [
        'query($id:ID!){application(id:$id){name}}',
        'query($id:ID!){applicationClientId(id:$id)}',
        'mutation($id:ID!){updateApplication(id:$id,data:{name:"x"}){name}}',
        'mutation($id:ID!){deleteApplication(id:$id)}',
        'mutation($id:ID!){resetApplicationClientId(id:$id)}',
      ]) {
        const { errors } = await ask(field, { id })
        expect(errors[0].message).toBe('There is no such thing, or it is not yours.')
      }
      expect((await ask('{allApplications{id}}', {})).data.allApplications).toEqual([])
    }
    expect((await owner.ask('query($id:ID!){application(id:$id){name}}', { id })).data.application.name).toBe('Mine')
  })

  it('answers nobody but the pages of this server: 401 without the field of a form (RFC 6749 §10.12)', async () => {
    const { browser, csrf_token } = await developer()
    const query = '{allApplications{id}}'
    const cookie = cookieOf(browser)
    const refused = { status: 401, body: { error: 'You are not logged in.' } }
    expect(await send({ query })).toEqual(refused)
    expect(await send({ query }, { cookie })).toEqual(refused)
    expect(await send({ query, csrf_token: 'x' }, { cookie })).toEqual(refused)
    expect(await send({ query, csrf_token }, { cookie, 'sec-fetch-site': 'cross-site' })).toEqual(refused)
    expect(await send({ query, csrf_token }, { cookie, origin: 'https://evil.example' })).toEqual(refused)
  })

  it('refuses access tokens: 403 for a living one, 401 for one that is over', async () => {
    const app = await gridless().createClient()
    const { token } = (await gridless().claim({ client_id: app.clientId, code: await gridless().approvedCode(app) }))
      .body
    const authorization = `Bearer ${token}`
    expect(await send({ query: '{allApplications{id}}' }, { authorization })).toEqual({
      status: 403,
      body: { error: 'You cannot access this resource with the type of token specified.' },
    })
    await server().core.apps.remove(app)
    expect(await send({}, { authorization })).toEqual({
      status: 401,
      body: { error: 'Your token has expired or has been revoked.' },
    })
  })

  it('bad documents are mistakes of the caller, and never a server error', async () => {
    const { browser, csrf_token } = await developer()
    const headers = { cookie: cookieOf(browser) }
    const bodies = [
      {},
      { query: 1 },
      { query: '{' },
      { query: '{nothing}' },
      { query: `{${'a '.repeat(2000)}}` },
      { query: '{application(id:"\\u0000"){id}}' },
      { query: NEW, variables: [] },
      { query: NEW, variables: { name: '', type: 'CLIENT' } },
      { query: NEW, variables: { name: '\u0007', type: 'CLIENT' } },
      { query: NEW, variables: { name: 'x'.repeat(5000), type: 'CLIENT' } },
      { query: NEW, variables: { name: ['x'], type: 'NOTHING' } },
    ]
    for (const body of bodies) {
      const answer = await send({ ...body, csrf_token }, headers)
      expect(answer.status, JSON.stringify(body)).toBeLessThan(500)
      expect(answer.body.errors?.[0].message, JSON.stringify(body)).toEqual(expect.any(String))
      expect(answer.body.errors[0].message).not.toBe('Something went wrong here.')
    }
  })
})

describeEachServer('the developer panel of Gridless', deployment, (server) => {
  const gridless = () => new Gridless(server())

  it('an app without a name or a type is not made', async () => {
    const browser = await gridless().signedIn()
    const csrf_token = await browser.csrf(`${PATH}?new=app`)
    const alertOf = async (fields: Record<string, string>) => {
      const response = await browser.post(`${PATH}/new`, { csrf_token, ...fields })
      return [response.status, /role="alert">([^<]+)</.exec(await response.text())?.[1]]
    }
    expect(await alertOf({ name: 'Demo' })).toEqual([422, 'Type is required!'])
    expect(await alertOf({ type: 'CLIENT', name: ' ' })).toEqual([422, 'Name is required!'])
    expect(await alertOf({ type: 'ADMIN', name: 'Demo' })).toEqual([422, 'Type is required!'])
  })

  it('forms about an app of somebody else change nothing: 404', async () => {
    const owner = await server().createUser()
    const mine = await gridless().createClient()
    await server().core.apps.update({ ...mine, ownerId: owner.id }, mine)
    const browser = await gridless().signedIn()
    const csrf_token = await browser.csrf(`${PATH}?new=app`)
    for (const id of [mine.id, 'nobody', '%00']) {
      for (const verb of ['update', 'reset', 'delete']) {
        expect((await browser.post(`${PATH}/${id}/${verb}`, { csrf_token, name: 'taken' })).status, verb).toBe(404)
      }
      expect((await browser.get(`${PATH}?app=${id}`)).status).toBe(404)
    }
    expect(await server().core.apps.byId(mine.id)).toMatchObject({ name: 'Demo', clientId: mine.clientId })
  })
})
