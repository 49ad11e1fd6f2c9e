import type { App } from '../apps/app.ts'
import { InvalidInput } from '../errors/standard.ts'
import type { Setting } from '../plugin/setting.ts'
import type { Changes } from '../storage/changes.ts'
import type { Database } from '../storage/database.ts'
import { fromJson, toJson } from '../storage/rows.ts'
import type { Registry } from './registry.ts'

/** Values of declared settings: the app's own, else the operator's, else the default. */
export interface SettingValues {
  read<Value>(declaration: Setting<Value>, app?: App): Value
  /** @throws {InvalidInput} when there is no such setting or the value does not fit its declaration */
  write(name: string, value: unknown): Promise<void>
  /** Reads the table again. */
  reload(): Promise<void>
}

export async function openSettingValues(
  database: Database,
  registry: Pick<Registry, 'settings'>,
  changes: Changes,
  now: () => Date,
): Promise<SettingValues> {
  let stored = new Map<string, unknown>()
  const byName = new Map([...registry.settings].map(([declaration, name]) => [name, declaration]))

  const reload = async () => {
    const rows = await database.db.selectFrom('setting').select(['name', 'value']).execute()
    const fitting = rows.map((row) => [row.name, fromJson<unknown>(row.value)] as const)
    stored = new Map(fitting.filter(([name, value]) => fits(byName.get(name), value)))
  }
  await reload()
  changes.onChange('setting', () => void reload().catch(() => undefined))

  return {
    reload,
    read<Value>(declaration: Setting<Value>, app?: App): Value {
      const name = registry.settings.get(declaration)
      if (name === undefined) throw new Error('A setting is read that no plugin of this server declares.')
      const own = declaration.perApp ? app?.settings[name] : undefined
      if (own !== undefined && fits(declaration, own)) return own as Value
      return (stored.has(name) ? stored.get(name) : declaration.default) as Value
    },
    async write(name, value) {
      if (!fits(byName.get(name), value)) {
        throw new InvalidInput({
          message: 'There is no such setting, or it does not take this value.',
          field: ['value'],
        })
      }
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

/** Whether a value is one that the declaration lets through. */
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
    case 'choice':
      return typeof value === 'string' && (declaration.choices ?? []).includes(value)
    default:
      return false
  }
}
