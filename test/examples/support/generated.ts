import { buildSchema, type GraphQLFieldMap, type GraphQLSchema } from 'graphql'
import config from '../../../grantql.config.ts'
import { CORE_ROUTES } from '../../../src/config/core-claims.ts'
import { createRegistry } from '../../../src/config/registry.ts'
import { LIMITS } from '../../../src/graphql/limits.ts'
import { createMetrics } from '../../../src/http/metrics.ts'
import { GUESS_LIMITS } from '../../../src/limits/guess-limits.ts'
import type { Setting } from '../../../src/plugin/setting.ts'
import { pluginDocuments, read } from './documents.ts'

const registry = createRegistry(config.plugins, config.scopes ?? [])

/** The parts of documents that are made from the code, by name. */
const PARTS: Readonly<Record<string, () => string | Promise<string>>> = {
  options: () =>
    table(
      ['option', 'what it is'],
      optionsOf(read('src/config/define-config.ts')).map(({ path, text }) => [code(path), text]),
    ),
  settings: () =>
    table(
      ['setting', 'default', 'may be', 'per app', 'what it is'],
      [...registry.settings].map(([setting, name]) => [
        code(name),
        setting.default === '' || Array.isArray(setting.default) ? 'none' : code(String(setting.default)),
        rangeOf(setting),
        setting.perApp ? 'yes' : '',
        setting.description,
      ]),
    ),
  plugins: () => {
    const isOn = (id: string) => config.plugins.some((plugin) => plugin.id === id)
    const rows = pluginDocuments().map((path) => {
      const [title = '', , ...rest] = read(path).split('\n')
      const id = title.replace('# ', '')
      return [`[${id}](../${path})`, isOn(id) ? 'yes' : 'no', rest.slice(0, rest.indexOf('')).join(' ')]
    })
    return table(['plugin', 'on by default', 'what it brings'], rows)
  },
  grants: () =>
    table(
      ['grant type', 'mutation', 'defined by', 'apps'],
      [...registry.grants.values()].map(({ grantType, mutation, spec, clientAuth, selfService }) => [
        code(grantType),
        code(mutation),
        spec,
        `${clientAuth === 'required' ? 'confidential' : 'confidential and public'}${selfService === false ? ', by an admin’s leave' : ''}`,
      ]),
    ),
  paths: () =>
    table(
      ['method', 'path', 'brought by'],
      [...routes()].map(([method, path, owner]) => [method, code(path), owner]),
    ),
  errors: () => {
    const schemas = read('schema.graphql') + read('schema.admin.graphql')
    const rows = [...registry.errors.values()].map(({ declaration, typeName }) => [
      code(declaration.code),
      String(declaration.status ?? 400),
      schemas.includes(`type ${typeName} `) ? code(typeName) : '',
      (declaration.description ?? declaration.message).replace(/^Returned /, ''),
    ])
    return table(
      ['code', 'REST status', 'GraphQL type', 'when'],
      rows.sort(([one = ''], [other = '']) => one.localeCompare(other)),
    )
  },
  'public-fields': () => fieldTables(buildSchema(read('schema.graphql'))),
  'admin-fields': () => fieldTables(buildSchema(read('schema.admin.graphql'))),
  'document-limits': () =>
    table(
      ['what', 'at most'],
      Object.entries(LIMITS).map(([name, most]) => [DOCUMENT_LIMITS[name as keyof typeof LIMITS], number(most)]),
    ),
  'guess-limits': () =>
    table(
      ['limit', 'at most', 'in', 'what is counted'],
      [
        ...Object.entries(GUESS_LIMITS).map(([name, limit]) => {
          const description = commentAbove(read('src/limits/guess-limits.ts'), `${name}:`)
          return { name, ...limit, description }
        }),
        ...[...registry.limits].map(([limit, name]) => ({ ...limit, name })),
      ].map(({ name, most, windowSeconds, description }) => [
        code(name),
        number(most),
        `${windowSeconds / 60} min`,
        description,
      ]),
    ),
  metrics: async () => {
    const metrics = createMetrics()
    const { body } = await metrics.answer()
    metrics.stop()
    const helps = [...(body ?? '').matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)/gm)]
    return table(
      ['metric', 'type', 'what it is'],
      helps.map(([, name = '', help = '', type = '']) => [code(name), type, help]),
    )
  },
  'audit-kinds': () => {
    const [, union = ''] = /type AuditKind =([\s\S]*?)\n\n/.exec(read('src/audit/audit.ts')) ?? []
    return [...union.matchAll(/'([\w.-]+)'/g)].map(([, kind = '']) => code(kind)).join(', ')
  },
}

/** Typed by the limits, so that a new one has its words. */
const DOCUMENT_LIMITS: Readonly<Record<keyof typeof LIMITS, string>> = {
  length: 'characters of a document',
  tokens: 'tokens of a document',
  depth: 'selection sets within each other',
  introspectionDepth: 'the same for questions about the schema alone',
  aliases: 'aliases in a document',
  fieldsOfOneLevel: 'fields in one selection set',
  rootFields: 'root fields of an operation',
  credentialFields: 'fields in a document that check a secret, a password or a code',
  cost: 'cost of a request: 1 a field, times the page size for what a page holds',
  variableDepth: 'objects and lists within each other in variables',
  variableValues: 'values in variables',
}

/** Makes the function that answers a part by its name, with links as the document needs them. */
export async function generateParts(): Promise<(name: string, document: string) => string> {
  const entries = await Promise.all(Object.entries(PARTS).map(async ([name, make]) => [name, await make()] as const))
  const parts = new Map(entries)
  return (name, document) => {
    const part = parts.get(name)
    if (part === undefined) throw new Error(`Nothing generates the part ${name} of ${document}.`)
    return document.includes('/') ? part : part.replaceAll('](../', '](')
  }
}

const code = (text: string): string => `\`${text}\``
const number = (value: number): string => value.toLocaleString('en-US')

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(headings), `|${'---|'.repeat(headings.length)}`, ...rows.map(line)].join('\n')
}

function rangeOf({ kind, minimum, maximum, choices }: Setting): string {
  if (kind === 'integer') return `${number(minimum ?? 0)} to ${maximum === undefined ? 'any' : number(maximum)}`
  return kind === 'choice' ? (choices ?? []).map(code).join(', ') : kind
}

function* routes(): Generator<[method: string, path: string, owner: string]> {
  for (const { method, path } of CORE_ROUTES) yield [method, path, 'core']
  for (const { path, pluginId } of registry.operations) if (path !== undefined) yield ['POST', path, pluginId]
  for (const { method, path, pluginId } of [...registry.endpoints, ...registry.pages]) yield [method, path, pluginId]
}

function fieldTables(schema: GraphQLSchema): string {
  const rows = (fields: GraphQLFieldMap<unknown, unknown> = {}) =>
    Object.values(fields).map(({ name, description }) => [code(name), (description ?? '').replaceAll('\n', ' ')])
  const kinds = {
    Query: schema.getQueryType(),
    Mutation: schema.getMutationType(),
    Subscription: schema.getSubscriptionType(),
  }
  return Object.entries(kinds)
    .filter(([, type]) => type)
    .map(([name, type]) => table([name.toLowerCase(), ''], rows(type?.getFields())))
    .join('\n\n')
}

/** Reads the options of `interface Config` with their comments: nesting is told by the indentation. */
function optionsOf(source: string): { path: string; text: string }[] {
  const [, body = ''] = /export interface Config \{\n([\s\S]*?)\n\}/.exec(source) ?? []
  const options: { path: string; text: string }[] = []
  let group = ''
  let comment = ''
  for (const line of body.split('\n')) {
    const [, said] = /\/\*\* (.*) \*\//.exec(line) ?? []
    const [, indent = '', name = '', type = ''] = /^( +)readonly (\w+)\??: (.*)$/.exec(line) ?? []
    if (said !== undefined) comment = said
    if (name === '') continue
    if (type === '{') group = `${name}.`
    else options.push({ path: indent.length > 2 ? group + name : name, text: comment })
    comment = ''
  }
  return options
}

/** The comment in the line before the one that begins so. */
function commentAbove(source: string, beginning: string): string {
  const lines = source.split('\n')
  const index = lines.findIndex((line) => line.trim().startsWith(beginning))
  return /\/\*\* (.*) \*\//.exec(lines[index - 1] ?? '')?.[1] ?? ''
}
