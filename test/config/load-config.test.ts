import { mkdtemp, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { passwordSignIn } from '../../plugins/password-sign-in/index.ts'
import { checkConfig } from '../../src/config/check-config.ts'
import { loadConfig } from '../../src/config/load-config.ts'

const ROOT = resolve(import.meta.dirname, '../..')

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(inject('testFolder'), 'config-'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

describe('the configuration', () => {
  it('is the default export of grantql.config.ts in the working directory', async () => {
    const config = await loadConfig({ folder: ROOT, variables: {} })
    expect(config.plugins.map(({ id }) => id)).toEqual([
      'client-credentials',
      'code',
      'authorization-code',
      'device-code',
      'refresh-token',
      'openid',
      'introspection',
      'revocation',
      'client-assertion',
      'dpop',
      'resource-indicators',
      'pushed-authorization',
      'password-sign-in',
      'passkey-sign-in',
      'password',
      'implicit',
      'mastodon',
      'gridless',
      'usergrid',
      'processmaker',
      'thx',
    ])
    expect(config.scopes?.map(({ name }) => name)).toEqual(['read', 'write'])
  })

  it.each(['grantql.config.ts', 'grantql.config.js', 'grantql.config.mjs'])('may be %s', async (name) => {
    const folder = await folderWith({
      [name]: 'export default { plugins: [{ id: "mine" }] }',
      'package.json': '{"type":"module"}',
    })
    expect((await loadConfig({ folder, variables: {} })).plugins).toEqual([{ id: 'mine' }])
  })

  it('is found by its path, then by GRANTQL_CONFIG', async () => {
    const folder = await folderWith({
      'one.mjs': 'export default { plugins: [{ id: "one" }] }',
      'two.mjs': 'export default { plugins: [{ id: "two" }] }',
    })
    const variables = { GRANTQL_CONFIG: 'two.mjs' }
    expect((await loadConfig({ folder, variables })).plugins[0]?.id).toBe('two')
    expect((await loadConfig({ folder, variables, path: 'one.mjs' })).plugins[0]?.id).toBe('one')
  })

  it('says so where there is none', async () => {
    const folder = await folderWith({})
    await expect(loadConfig({ folder, variables: {} })).rejects.toThrow('There is no grantql.config.ts here.')
    await expect(loadConfig({ folder, variables: {}, path: 'mine.ts' })).rejects.toThrow(
      'There is no configuration at mine.ts.',
    )
  })

  it('says why it cannot be loaded', async () => {
    const folder = await folderWith({ 'grantql.config.mjs': 'throw new Error("no such luck")' })
    await expect(loadConfig({ folder, variables: {} })).rejects.toThrow(/cannot be loaded: no such luck/)
  })

  it('is checked, and every mistake is named with its path', () => {
    const wrong = {
      plugins: [() => undefined, {}, { id: 'fine' }],
      scopes: [{ name: 'two words', description: 'No' }],
      tokens: { accessTokenTtlSeconds: '60', algorithm: 'HS256' },
      http: { allowedOrigins: ['*'] },
      sesions: {},
    }
    const mistakes = checkConfig(wrong)
    const places = [
      'plugins[0]',
      'plugins[1]',
      'scopes[0].name',
      'tokens.accessTokenTtlSeconds',
      'tokens.algorithm',
      'http.allowedOrigins[0]',
    ]
    for (const place of places) expect(mistakes.filter((mistake) => mistake.startsWith(`${place}: `))).toHaveLength(1)
    expect(mistakes.join(' ')).toMatch(/call it, as in/)
    expect(mistakes.join(' ')).toMatch(/sesions/)
  })

  it('signs with an algorithm that it has keys of', () => {
    const tokens = { algorithm: 'EdDSA' }
    expect(checkConfig({ plugins: [], tokens })).toEqual([expect.stringMatching(/there is no EdDSA among them/)])
    expect(checkConfig({ plugins: [], tokens: { ...tokens, keyAlgorithms: ['EdDSA'] } })).toEqual([])
  })

  it('changes limits that are there: core’s by name, those of plugins by id and name', () => {
    const most = { most: 5, windowSeconds: 900 }
    const plugins = [passwordSignIn()]
    expect(checkConfig({ plugins, limits: { signInByAccount: most, 'password-sign-in.signUp': most } })).toEqual([])
    expect(checkConfig({ plugins, limits: { signInByAcount: most, 'passkey-sign-in.startSignIn': most } })).toEqual([
      expect.stringMatching(/^limits\.signInByAcount: there is no such limit.*password-sign-in\.signUp/),
      expect.stringMatching(/^limits\.passkey-sign-in\.startSignIn: there is no such limit/),
    ])
    const locksOut = { signInByAccount: { most: 5, windowSeconds: 901 } }
    expect(checkConfig({ plugins, limits: locksOut })).toEqual([
      expect.stringMatching(/^limits\.signInByAccount\.windowSeconds/),
    ])
  })

  it('is nothing else', () => {
    for (const nothing of [undefined, null, 'text', 7]) expect(checkConfig(nothing)).toHaveLength(1)
  })
})
