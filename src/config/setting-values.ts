import type { App } from '../apps/app.ts'
import { InvalidInput } from '../errors/standard.ts'
import { redirectUriMistake } from '../operations/redirect-uri.ts'
import { keySetMistake } from '../plugin/public-jwk.ts'
import type { Setting, SettingFormat } from '../plugin/setting.ts'
import type { Changes } from '../storage/changes.ts'
import type { Database } from '../storage/database.ts'
import { fromJson, toJson } from '../storage/rows.ts'
import type { Registry } from './registry.ts'

/** Values of declared settings: the app's own, else its dialect's, else the operator's, else the default. */
export interface SettingValues {
  read<Value>(declaration: Setting<Value>, app?: App): Value
  /** @throws {InvalidInput} when there is no such setting or the value does not fit its declaration */
  write(name: string, value: unknown): Promise<void>
  /** What is wrong with a value of a setting, as a sentence; undefined where nothing is. */
  mistake(declaration: Setting | undefined, value: unknown): string | undefined
  /** Reads the table again. */
  reload(): Promise<void>
}

export async function openSettingValues(
  database: Database,
  registry: Pick<Registry, 'dialects' | 'settings'>,
  changes: Changes,
  now: () => Date,
  signingAlgorithms: () => readonly string[],
): Promise<SettingValues> {
  const mistake = (declaration: Setting | undefined, value: unknown) =>
    settingMistake(declaration, value, signingAlgorithms())
  /** A key that was there when the value was set may be gone since. */
  const isUsable = (declaration: Setting | undefined, value: unknown) =>
    fits(declaration, value) &&
    (declaration?.format !== 'signing-algorithm' || mistake(declaration, value) === undefined)
  let stored = new Map<string, unknown>()
  const byName = new Map([...registry.settings].map(([declaration, name]) => [name, declaration]))

  const reload = async () => {
    const rows = await database.db.selectFrom('setting').select(['name', 'value']).execute()
    const fitting = rows.map((row) => [row.name, fromJson<unknown>(row.value)] as const)
    stored = new Map(fitting.filter(([name, value]) => isUsable(byName.get(name), value)))
  }
  await reload()
  changes.onChange('setting', () => void reload().catch(() => undefined))

  const ofDialect = ({ dialect }: App, name: string) =>
    dialect === undefined ? undefined : registry.dialects.get(dialect)?.appSettings?.[name]

  return {
    reload,
    mistake,
    read<Value>(declaration: Setting<Value>, app?: App): Value {
      const name = registry.settings.get(declaration)
      if (name === undefined) throw new Error('A setting is read that no plugin of this server declares.')
      const own = declaration.perApp && app ? (app.settings[name] ?? ofDialect(app, name)) : undefined
      if (own !== undefined && isUsable(declaration, own)) return own as Value
      return (stored.has(name) ? stored.get(name) : declaration.default) as Value
    },
    async write(name, value) {
      const message = mistake(byName.get(name), value)
      if (message !== undefined) throw new InvalidInput({ message, field: ['value'] })
      await database.transaction(async (trx) => {
        await trx.deleteFrom('setting').where('name', '=', name).execute()
        await trx
          .insertInto('setting')
          .values({ name, value: toJson(value), updated_at: now().getTime() })
          .execute()
      })
      stored.set(name, value)
      await changes.announce('setting', name)
    },
  }
}

const MOST_LISTED = 50

function settingMistake(
  declaration: Setting | undefined,
  value: unknown,
  signingAlgorithms: readonly string[],
): string | undefined {
  if (!fits(declaration, value)) return 'There is no such setting, or it does not take this value.'
  const texts = Array.isArray(value) ? value : [value].filter((text) => text !== '')
  const { format } = declaration ?? {}
  if (format === undefined) return undefined
  if (format !== 'signing-algorithm') return firstOf(texts, MISTAKES[format])
  const usable = [...signingAlgorithms, 'server', 'none']
  return texts.every((text) => usable.includes(text))
    ? undefined
    : `This server has no key for it, only for ${signingAlgorithms.join(', ')}: see tokens.keyAlgorithms.`
}

const MISTAKES: Readonly<Record<Exclude<SettingFormat, 'signing-algorithm'>, (text: string) => string | undefined>> = {
  'key-set': keySetTextMistake,
  'redirect-uri': redirectUriMistake,
  'web-url': webUrlMistake,
}

function keySetTextMistake(text: string): string | undefined {
  try {
    return keySetMistake(JSON.parse(text))
  } catch {
    return 'A key set is JSON.'
  }
}

function firstOf(texts: readonly string[], mistake: (text: string) => string | undefined): string | undefined {
  for (const text of texts) {
    const found = mistake(text)
    if (found !== undefined) return found
  }
  return undefined
}

function webUrlMistake(text: string): string | undefined {
  const url = URL.parse(text)
  if (!url || text.length > 2000 || !/^[\x21-\x7e]+$/.test(text))
    return 'A URL is absolute and at most 2,000 characters of ASCII.'
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return 'A URL begins with https://, or http:// where this server may ask that.'
  if (url.username !== '' || url.password !== '') return 'A URL holds no user name or password.'
  return text.includes('#') ? 'A URL has no fragment.' : undefined
}

/** Whether a value is of the kind, and within the bounds, of its declaration. */
export function fits(declaration: Setting | undefined, value: unknown): boolean {
  switch (declaration?.kind) {
    case 'integer': {
      const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = declaration
      return Number.isSafeInteger(value) && Number(value) >= minimum && Number(value) <= maximum
    }
    case 'boolean':
      return typeof value === 'boolean'
    case 'string':
      return typeof value === 'string' && value.length <= 4096
    case 'list':
      return Array.isArray(value) && value.length <= MOST_LISTED && value.every(isListed)
    case 'choice':
      return typeof value === 'string' && (declaration.choices ?? []).includes(value)
    default:
      return false
  }
}

const isListed = (text: unknown): boolean => typeof text === 'string' && text.length <= 2000 && /^\S+$/.test(text)
