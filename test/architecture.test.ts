import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import config from '../grantql.config.ts'
import { CORE_TABLES } from '../src/config/core-claims.ts'

const root = join(import.meta.dirname, '..')

interface Import {
  readonly file: string
  readonly specifier: string
  readonly isTypeOnly: boolean
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => join(folder, file))
}

const IMPORT =
  /(?:import|export)\s+(type\s)?(?:[\w\s{},*$]*?\sfrom\s)?'([^']+)'|import\(\s*'([^']+)'\s*\)|require\(\s*'([^']+)'\s*\)/g

function importsOf(file: string, text = readFileSync(join(root, file), 'utf8')): Import[] {
  return [...text.matchAll(IMPORT)].map((match) => ({
    file,
    specifier: match[2] ?? match[3] ?? match[4] ?? '',
    isTypeOnly: match[1] !== undefined,
  }))
}

/** Where a relative import leads, from the root of the repo. */
const target = ({ file, specifier }: Import) => normalize(join(dirname(file), specifier))

/** What a plugin's imports break; empty for a good one. */
function pluginTrespasses(file: string, text?: string): string[] {
  const home = file.split('/').slice(0, 2).join('/')
  return importsOf(file, text)
    .filter((found) => {
      const { specifier } = found
      if (specifier.startsWith('.')) return relative(home, target(found)).startsWith('..')
      return specifier.startsWith('grantql') && specifier !== 'grantql/plugin'
    })
    .map(({ specifier }) => `${file} imports ${specifier}`)
}

/** Which rooms each room of the house may enter (DESIGN §1); the types of the plugin door are open to all. */
const ROOMS: Record<string, readonly string[]> = {
  errors: ['plugin'],
  plugin: ['errors', 'apps', 'users', 'approvals', 'graphql', 'limits'],
  secrets: [],
  storage: ['errors', 'plugin', 'secrets'],
  keys: ['secrets', 'storage'],
  audit: ['secrets', 'storage'],
  apps: ['secrets', 'storage'],
  users: ['secrets', 'storage'],
  approvals: ['plugin', 'secrets', 'storage'],
  tokens: ['apps', 'plugin', 'secrets', 'storage'],
  limits: ['errors', 'secrets', 'storage'],
  consents: ['storage'],
  outgoing: ['errors', 'plugin'],
}

describe('the house', () => {
  it('plugins import the plugin door, libraries and their own files, nothing else', () => {
    expect(sources('plugins').flatMap((file) => pluginTrespasses(file))).toEqual([])
  })

  it('notices a plugin that imports core, another plugin or another door', () => {
    const trespass = (line: string) => pluginTrespasses('plugins/toy/grant.ts', line)
    expect(trespass(`import { exchangeToken } from '../../src/operations/exchange-token.ts'`)).toHaveLength(1)
    expect(trespass(`import type { Core } from '../../src/core.ts'`)).toHaveLength(1)
    expect(trespass(`export { grant } from '../code/grant.ts'`)).toHaveLength(1)
    expect(trespass(`const { createServer } = await import('grantql')`)).toHaveLength(1)
    expect(trespass(`import { param } from 'grantql/plugin'`)).toHaveLength(0)
    expect(trespass(`import { settings } from './settings.ts'`)).toHaveLength(0)
  })

  const grantTypes = config.plugins.flatMap((plugin) => (plugin.grants ?? []).map((grant) => grant.grantType))
  const names = [
    ...new Set([
      ...grantTypes,
      ...config.plugins.flatMap((plugin) => (plugin.dialect ? [plugin.dialect.id] : [])),
      'client_credentials',
      'authorization_code',
      'refresh_token',
      'urn:ietf:params:oauth:grant-type:device_code',
      'gridless',
      'usergrid',
      'mastodon',
      'processmaker',
      'thx',
    ]),
  ]

  /** Code (not comments) that holds the name as a text of its own. A name that a core table or a sign-in has as well counts beside a grant. */
  const mentions = (file: string, text: string) => {
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    const isMentioned = (name: string) => {
      const quoted = `['"\`]${name.replaceAll('.', '\\.')}['"\`]`
      const isTable = (CORE_TABLES as readonly string[]).includes(name)
      const isSignIn = config.plugins.some(({ signIns = [] }) => signIns.some(({ id }) => id === name))
      return new RegExp(isTable || isSignIn ? `grants?(Types?|_types?)?\\b.{0,40}${quoted}` : quoted, 'i').test(code)
    }
    return names.filter(isMentioned).map((name) => `${file} names ${name}`)
  }

  it('core names no grant type and no dialect', () => {
    const found = sources('src').flatMap((file) => mentions(file, readFileSync(join(root, file), 'utf8')))
    expect(found).toEqual([])
  })

  it('notices core that names a grant type', () => {
    expect(mentions('src/toy.ts', `if (grantType === 'client_credentials') return`)).toHaveLength(1)
    expect(mentions('src/toy.ts', `app.grants.includes('refresh_token')`)).toHaveLength(1)
    expect(mentions('src/toy.ts', `trx.insertInto('refresh_token')`)).toHaveLength(0)
    expect(mentions('src/toy.ts', `// a grant such as 'client_credentials'`)).toHaveLength(0)
  })

  const dialects = config.plugins.filter(({ dialect }) => dialect !== undefined)

  it.each(dialects.map(({ id }) => id))('%s is spoken of in its own folder alone: neither name nor path', (id) => {
    const { endpoints = [], pages = [] } = dialects.find((plugin) => plugin.id === id) ?? {}
    const paths = new Set([...endpoints, ...pages].map(({ path }) => `'${path}'`))
    const elsewhere = [...sources('src'), ...sources('plugins')].filter((file) => !file.startsWith(`plugins/${id}/`))
    const found = elsewhere.flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8')
      const name = new RegExp(`(\\b|_)${id}\\b`, 'i').exec(text)?.[0]
      return [name, ...paths]
        .filter((said) => said !== undefined && text.includes(said))
        .map((said) => `${file}: ${said}`)
    })
    expect(found).toEqual([])
  })

  /** What only one system says. */
  const SENTENCES: Readonly<Record<string, readonly string[]>> = {
    gridless: ['A user is not currently authorizing this app', 'attempted to bypass the permission flow'],
    mastodon: ['Client authentication failed due to unknown client', 'You are not authorized to revoke this token'],
    processmaker: ['The user credentials were incorrect.', 'Token is not linked to client'],
    thx: ['requested scope is not whitelisted', 'no client authentication mechanism provided'],
    usergrid: ['Username or password do not match', 'invalid username or password'],
  }

  it.each(dialects.map(({ id }) => id))('%s’s sentences are said in its own folder alone', (id) => {
    const sentences = SENTENCES[id] ?? []
    const saying = (sentence: string) =>
      [...sources('src'), ...sources('plugins')].filter((file) =>
        readFileSync(join(root, file), 'utf8').includes(sentence),
      )
    expect(sentences.length).toBeGreaterThan(0)
    for (const sentence of sentences) {
      const files = saying(sentence)
      expect(files.length, sentence).toBeGreaterThan(0)
      expect(files.filter((file) => !file.startsWith(`plugins/${id}/`))).toEqual([])
    }
  })

  it.each(Object.entries(ROOMS))('src/%s enters only the rooms below it', (room, open) => {
    const trespasses = sources(`src/${room}`)
      .flatMap((file) => importsOf(file))
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map((found) => ({ found, to: target(found).split('/')[1] ?? '' }))
      .filter(
        ({ found, to }) =>
          target(found).split('/').length > 2 && to !== room && !open.includes(to) && !found.isTypeOnly,
      )
      .map(({ found }) => `${found.file} imports ${found.specifier}`)
    expect(trespasses).toEqual([])
  })

  it('operations are the only room with rules: faces are not imported below them', () => {
    const faces = /^src\/(http|graphql|rest|pages|console|cli)\//
    const below = [
      'operations',
      'apps',
      'users',
      'approvals',
      'tokens',
      'keys',
      'audit',
      'limits',
      'storage',
      'errors',
      'secrets',
    ]
    const trespasses = below
      .flatMap((room) => sources(`src/${room}`))
      .flatMap((file) => importsOf(file))
      .filter((found) => found.specifier.startsWith('.') && faces.test(target(found)))
      .map(({ file, specifier }) => `${file} imports ${specifier}`)
    expect(trespasses).toEqual([])
  })
})
