import { defineGrant, definePlugin } from 'grantql/plugin'
import { describe, expect, it } from 'vitest'
import { clientCredentials } from '../../plugins/client-credentials/index.ts'
import { code } from '../../plugins/code/index.ts'
import type { App } from '../../src/apps/app.ts'
import { deleteApp, resetClientId, rotateAppSecret, updateApp, visibleApp } from '../../src/operations/change-app.ts'
import { createApp } from '../../src/operations/create-app.ts'
import { inspectToken } from '../../src/operations/inspect-token.ts'
import { revokeToken } from '../../src/operations/revoke-token.ts'
import { CODE, errorCode, exchange, openTestCore, signedInUser, testApp } from '../support/core.ts'
import { databases } from '../support/database.ts'

const legacy = definePlugin()({
  id: 'toy-legacy',
  grants: [
    defineGrant()({
      grantType: 'urn:toy:legacy',
      mutation: 'toyLegacy',
      spec: 'a toy',
      description: 'A legacy grant.',
      clientAuth: 'required',
      selfService: false,
      params: {},
      errors: [],
      exchange: async () => ({ subject: { appOnly: true }, scopes: [] }),
    }),
  ],
})

const opened = (database: (typeof databases)[number]) =>
  openTestCore(database, { plugins: [clientCredentials(), code(), legacy] })

describe.each(databases)('making an app ($name)', (database) => {
  const made = async (role: 'user' | 'admin', given: Partial<App>) => {
    const { core } = await opened(database)
    const { user } = await signedInUser(core, role)
    return createApp(core, user, { name: 'App', type: 'confidential', ...given })
  }
  const mistake = async (role: 'user' | 'admin', given: Partial<App>) => {
    try {
      await made(role, given)
    } catch (error) {
      return (error as { values: { field: string[] } }).values.field
    }
    return 'no mistake'
  }

  it('left-out grants, scopes and redirect URIs mean none', async () => {
    const { app, clientSecret } = await made('user', {})
    expect(app).toMatchObject({ grants: [], scopes: [], redirectUris: [], privileges: [] })
    expect(clientSecret).toMatch(/^gqk_/)
  })

  it('a public app has no secret', async () => {
    expect((await made('user', { type: 'public' })).clientSecret).toBeUndefined()
  })

  it('a user gives self-service scopes and grants alone; an admin any', async () => {
    expect(await mistake('user', { scopes: ['read', 'grantql:admin'] })).toEqual(['scopes', '1'])
    expect(await mistake('user', { grants: ['urn:toy:legacy'] })).toEqual(['grants', '0'])
    expect(await mistake('user', { privileges: ['introspect-any-token'] })).toEqual(['privileges'])
    const all = { scopes: ['grantql:admin'], grants: ['urn:toy:legacy'], privileges: ['introspect-any-token'] } as const
    expect(await mistake('admin', all)).toBe('no mistake')
  })

  it('a bot has no grant in which a user takes part, and a public app none that needs a secret', async () => {
    expect(await mistake('user', { type: 'bot', grants: [CODE] })).toEqual(['grants', '0'])
    expect(await mistake('user', { type: 'public', grants: ['client_credentials'] })).toEqual(['grants', '0'])
  })

  it.each([
    [{ name: '' }, ['name']],
    [{ name: ' ' }, ['name']],
    [{ name: 'x'.repeat(101) }, ['name']],
    [{ name: 'a\u0000b' }, ['name']],
    [{ name: '\ud800' }, ['name']],
    [{ grants: ['__proto__'] }, ['grants', '0']],
    [{ grants: ['nope'] }, ['grants', '0']],
    [{ scopes: ['nope'] }, ['scopes', '0']],
    [{ dialect: 'nope' }, ['dialect']],
    [{ redirectUris: ['/relative'] }, ['redirectUris', '0']],
    [{ redirectUris: ['https://rp.example/cb', 'https://rp.example/cb#f'] }, ['redirectUris', '1']],
    [{ redirectUris: ['javascript:alert(1)'] }, ['redirectUris', '0']],
    [{ redirectUris: ['data:text/html,x'] }, ['redirectUris', '0']],
    [{ redirectUris: ['vbscript:x'] }, ['redirectUris', '0']],
    [{ redirectUris: ['file:///etc/passwd'] }, ['redirectUris', '0']],
    [{ redirectUris: ['blob:https://rp.example/x'] }, ['redirectUris', '0']],
    [{ redirectUris: ['*'] }, ['redirectUris', '0']],
    [{ redirectUris: ['https://*.example/cb'] }, ['redirectUris', '0']],
    [{ redirectUris: ['http://rp.example/cb'] }, ['redirectUris', '0']],
    [{ redirectUris: ['https://rp.example\\@evil.example/cb'] }, ['redirectUris', '0']],
    [{ redirectUris: ['https://u:p@rp.example/cb'] }, ['redirectUris', '0']],
    [{ redirectUris: ['myapp:/cb'] }, ['redirectUris', '0']],
    [{ redirectUris: ['com.example.app://evil/cb'] }, ['redirectUris', '0']],
    [{ redirectUris: Array.from({ length: 51 }, (_, i) => `https://rp.example/${i}`) }, ['redirectUris']],
  ])('refuses %j and names it', async (given, path) => {
    expect(await mistake('admin', given)).toEqual(path)
  })

  it('keeps what it is given, byte for byte', async () => {
    const given = {
      name: 'Ünïcødé 😀 & <b>',
      redirectUris: [
        'https://rp.example/cb?x=1',
        'http://127.0.0.1/cb',
        'http://[::1]/cb',
        'com.example.app:/cb',
        'urn:ietf:wg:oauth:2.0:oob',
      ],
    }
    const { core } = await opened(database)
    const { user } = await signedInUser(core)
    const { app } = await createApp(core, user, { type: 'confidential', ...given })
    expect(await core.apps.byId(app.id)).toMatchObject(given)
  })
})

describe.each(databases)('changing an app ($name)', (database) => {
  it('is for its owner and admins; for others it does not exist', async () => {
    const { core } = await opened(database)
    const owner = await signedInUser(core)
    const { app } = await createApp(core, owner.user, { name: 'Mine', type: 'confidential' })
    const other = await signedInUser(core)
    const admin = await signedInUser(core, 'admin')
    for (const attempt of [
      () => visibleApp(core, other.user, app.id),
      () => updateApp(core, other.user, app.id, { name: 'Stolen' }),
      () => deleteApp(core, other.user, app.id),
      () => rotateAppSecret(core, other.user, app.id),
      () => resetClientId(core, other.user, app.id),
    ]) {
      expect(await errorCode(attempt())).toBe('not_found')
    }
    expect((await updateApp(core, admin.user, app.id, { name: 'Renamed' })).name).toBe('Renamed')
  })

  it('an owner keeps what an admin gave, and cannot add to it', async () => {
    const { core } = await opened(database)
    const owner = await signedInUser(core)
    const admin = await signedInUser(core, 'admin')
    const { app } = await createApp(core, owner.user, { name: 'Mine', type: 'confidential', scopes: ['read'] })
    await updateApp(core, admin.user, app.id, { grants: ['urn:toy:legacy'], privileges: ['introspect-any-token'] })
    const renamed = await updateApp(core, owner.user, app.id, { name: 'Still mine' })
    expect(renamed).toMatchObject({ grants: ['urn:toy:legacy'], privileges: ['introspect-any-token'] })
    expect(await errorCode(updateApp(core, owner.user, app.id, { scopes: ['read', 'grantql:admin'] }))).toBe(
      'invalid_input',
    )
  })

  it('another client_id counts at once, with the secret as it was; the one before is nobody’s', async () => {
    const { core } = await opened(database)
    const old = await testApp(core)
    const app = await resetClientId(core, { id: old.app.ownerId ?? '', role: 'user' }, old.app.id)
    expect(app.clientId).not.toBe(old.app.clientId)
    expect(await errorCode(exchange(core, old, 'client_credentials', {}))).toBe('invalid_client')
    expect((await exchange(core, { ...old, app }, 'client_credentials', {})).accessToken).toBeTruthy()
  })

  it('a new secret works at once, the old one until the overlap ends', async () => {
    const { core, clock } = await opened(database)
    const old = await testApp(core)
    const owner = { id: old.app.ownerId ?? '', role: 'user' } as const
    const { clientSecret } = await rotateAppSecret(core, owner, old.app.id, 60)
    const rotated = { ...old, clientSecret }
    expect((await exchange(core, old, 'client_credentials', {})).accessToken).toBeTruthy()
    expect((await exchange(core, rotated, 'client_credentials', {})).accessToken).toBeTruthy()
    clock.pass({ seconds: 61 })
    expect(await errorCode(exchange(core, old, 'client_credentials', {}))).toBe('invalid_client')
    expect((await exchange(core, rotated, 'client_credentials', {})).accessToken).toBeTruthy()
  })

  it('has five secrets that work at most, however many are asked for at once', async () => {
    const { core, clock } = await opened(database)
    const { user: owner } = await signedInUser(core)
    const { app } = await createApp(core, owner, { name: 'Rotating', type: 'confidential' })
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => errorCode(rotateAppSecret(core, owner, app.id))),
    )
    expect(outcomes.filter((outcome) => outcome === 'no error')).toHaveLength(4)
    expect(outcomes.filter((outcome) => outcome === 'too_many_secrets')).toHaveLength(6)
    expect(await errorCode(rotateAppSecret(core, owner, app.id, 0))).toBe('no error')
    expect(await errorCode(rotateAppSecret(core, owner, app.id, 60))).toBe('no error')
    clock.pass({ seconds: 61 })
    for (let count = 0; count < 4; count++) await rotateAppSecret(core, owner, app.id)
    expect(await errorCode(rotateAppSecret(core, owner, app.id))).toBe('too_many_secrets')
  })

  it('what is deleted or disabled gets no token, and its tokens are over', async () => {
    const { core } = await opened(database)
    const admin = await signedInUser(core, 'admin')
    const gone = await testApp(core)
    const off = await testApp(core)
    const tokens = [
      await exchange(core, gone, 'client_credentials', {}),
      await exchange(core, off, 'client_credentials', {}),
    ]
    await deleteApp(core, admin.user, gone.app.id)
    await updateApp(core, admin.user, off.app.id, { isDisabled: true })
    for (const app of [gone, off])
      expect(await errorCode(exchange(core, app, 'client_credentials', {}))).toBe('invalid_client')
    for (const { accessToken } of tokens) expect(await inspectToken(core, accessToken)).toBeUndefined()
  })
})

describe.each(databases)('tokens of an app ($name)', (database) => {
  it('carry the scopes that were asked for, or all of the app’s (RFC 6749 §3.3)', async () => {
    const { core } = await opened(database)
    const app = await testApp(core)
    expect((await exchange(core, app, 'client_credentials', {})).scopes).toEqual(['read', 'write'])
    expect((await exchange(core, app, 'client_credentials', { scope: 'read' })).scopes).toEqual(['read'])
    expect((await exchange(core, app, 'client_credentials', { scope: '' })).scopes).toEqual(['read', 'write'])
    for (const scope of ['admin', 'read admin', 'READ', 'read\u0000', 'r"ead', '__proto__']) {
      expect(await errorCode(exchange(core, app, 'client_credentials', { scope }))).toMatch(/invalid_(scope|request)/)
    }
  })

  it.each([
    ['Basic', { basic: (id: string, secret: string) => Buffer.from(`${id}:${secret}`).toString('base64') }, 'no error'],
    [
      'Basic with another secret',
      { basic: (id: string) => Buffer.from(`${id}:nope`).toString('base64') },
      'invalid_client',
    ],
    [
      'Basic that cannot be decoded',
      { basic: (id: string) => Buffer.from(`${id}:%zz`).toString('base64') },
      'invalid_client',
    ],
    ['Basic without a colon', { basic: () => Buffer.from('nothing').toString('base64') }, 'invalid_client'],
  ])('%s (RFC 6749 §2.3.1)', async (_how, { basic }, expected) => {
    const { core } = await opened(database)
    const app = await testApp(core)
    const credentials = {
      basic: basic(encodeURIComponent(app.app.clientId), encodeURIComponent(app.clientSecret ?? '')),
    }
    expect(await errorCode(exchange(core, app, 'client_credentials', {}, { credentials }))).toBe(expected)
  })

  it('two methods at once are refused, and so is an id that differs in case or by a space (RFC 6749 §2.3)', async () => {
    const { core } = await opened(database)
    const app = await testApp(core)
    const { clientId } = app.app
    const secret = app.clientSecret ?? ''
    const basic = Buffer.from(`${clientId}:${secret}`).toString('base64')
    const attempt = (credentials: object) => errorCode(exchange(core, app, 'client_credentials', {}, { credentials }))
    expect(await attempt({ basic, clientId, clientSecret: secret })).toBe('invalid_request')
    expect(await attempt({ clientId: clientId.toUpperCase(), clientSecret: secret })).toBe('invalid_client')
    expect(await attempt({ clientId: `${clientId} `, clientSecret: secret })).toBe('invalid_client')
    expect(await attempt({ clientId: `${clientId}\u0000`, clientSecret: secret })).toBe('invalid_client')
    expect(await attempt({ clientId, clientSecret: `${secret} ` })).toBe('invalid_client')
    expect(await attempt({ clientId })).toBe('invalid_client')
    expect(await attempt({})).toBe('invalid_client')
  })

  it.each(['__proto__', 'constructor', 'toString', 'password', 'implicit', 'urn:unknown'])(
    'the grant type %s does not exist (RFC 6749 §5.2)',
    async (grantType) => {
      const { core } = await opened(database)
      expect(await errorCode(exchange(core, await testApp(core), grantType, {}))).toBe('unsupported_grant_type')
    },
  )

  it('a grant that the app was not given is refused (RFC 6749 §5.2)', async () => {
    const { core } = await opened(database)
    const app = await testApp(core, 'confidential', { grants: [] })
    expect(await errorCode(exchange(core, app, 'client_credentials', {}))).toBe('unauthorized_client')
    expect(await errorCode(exchange(core, app, CODE, { code: 'x' }))).toBe('unauthorized_client')
  })

  it.each(['jwt', 'opaque'] as const)('a %s token is active until it is revoked or over', async (tokenFormat) => {
    const { core, clock } = await opened(database)
    const app = await testApp(core)
    await core.apps.update({ ...app.app, tokenFormat })
    const [kept, revoked] = [
      await exchange(core, app, 'client_credentials', {}),
      await exchange(core, app, 'client_credentials', {}),
    ]
    const found = await inspectToken(core, revoked.accessToken)
    expect(found).toMatchObject({ kind: 'access', clientId: app.app.clientId, scopes: ['read', 'write'] })
    if (found) await revokeToken(core, found, { app: app.app })
    expect(await inspectToken(core, revoked.accessToken)).toBeUndefined()
    expect(await inspectToken(core, kept.accessToken)).toBeDefined()
    clock.pass({ seconds: 3600 })
    expect(await inspectToken(core, kept.accessToken)).toBeUndefined()
  })
})
