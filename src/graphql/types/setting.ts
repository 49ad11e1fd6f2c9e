import { InvalidInput, NotFound } from '../../errors/standard.ts'
import { updateAppSetting, updateSetting } from '../../operations/update-setting.ts'
import type { Setting } from '../../plugin/setting.ts'
import { requireActor } from '../authorization.ts'
import { coreOf } from '../context.ts'
import { declareMutation, type SchemaParts } from '../mutations.ts'
import { readIdOf } from '../node-id.ts'
import type { CoreRefs } from '../refs.ts'

interface NamedSetting {
  readonly name: string
  readonly declaration: Setting
}

/** Adds what operators change while the server runs. Every value is a text here: `600`, `true`, `weekly`. */
export function addSettings(parts: SchemaParts, refs: CoreRefs): void {
  const { builder, registry } = parts
  const named = new Map([...registry.settings].map(([declaration, name]) => [name, { name, declaration }]))
  const Kind = builder.enumType('SettingKind', {
    description: 'How the text of a value is read.',
    subGraphs: ['admin'],
    values: {
      INTEGER: { value: 'integer' },
      BOOLEAN: { value: 'boolean' },
      STRING: { value: 'string' },
      LIST: { value: 'list', description: 'Texts with spaces in between.' },
      CHOICE: { value: 'choice' },
    } as const,
  })
  const SettingType = builder.objectRef<NamedSetting>('Setting').implement({
    description: 'A value that operators change while the server runs.',
    subGraphs: ['admin'],
    authScopes: { admin: true },
    fields: (t) => ({
      name: t.exposeString('name', { description: 'The plugin and its name for it: code.ttlSeconds.' }),
      description: t.string({ description: 'What it does.', resolve: ({ declaration }) => declaration.description }),
      kind: t.field({
        type: Kind,
        description: 'How the text is read.',
        resolve: ({ declaration }) => declaration.kind,
      }),
      value: t.string({
        description: 'The value now.',
        resolve: ({ declaration }, _args, context) => printValue(coreOf(context).settings.read(declaration)),
      }),
      default: t.string({
        description: 'The value where nobody set one.',
        resolve: ({ declaration }) => printValue(declaration.default),
      }),
      minimum: t.int({
        nullable: true,
        description: 'The least.',
        resolve: ({ declaration }) => declaration.minimum ?? null,
      }),
      maximum: t.int({
        nullable: true,
        description: 'The most.',
        resolve: ({ declaration }) => declaration.maximum ?? null,
      }),
      choices: t.stringList({
        nullable: true,
        description: 'What it can be, where that is a list.',
        resolve: ({ declaration }) => declaration.choices ?? null,
      }),
      isPerApp: t.boolean({
        description: 'An app may have its own value.',
        resolve: ({ declaration }) => declaration.perApp === true,
      }),
    }),
  })
  builder.queryField('settings', (t) =>
    t.field({
      type: [SettingType],
      nullable: true,
      subGraphs: ['admin'],
      authScopes: { admin: true },
      description: 'Everything that can be set.',
      resolve: () => [...named.values()],
    }),
  )
  declareMutation(parts, 'updateSetting', {
    description: 'Sets a value. Every node knows within a second.',
    subGraphs: ['admin'],
    input: (t) => ({
      name: t.string({ required: true, description: 'The plugin and its name for it: code.ttlSeconds.' }),
      value: t.string({ required: true, description: 'The text of the value: 600, true.' }),
    }),
    type: SettingType,
    errors: [InvalidInput],
    resolve: async ({ name, value }, context) => {
      const setting = named.get(name)
      if (!setting) throw new InvalidInput({ message: 'There is no such setting.', field: ['name'] })
      const read = readValue(setting.declaration.kind, value)
      await updateSetting(coreOf(context), await requireActor(context), name, read, context.facts.id)
      return setting
    },
  })
  addAppSettings(parts, named, refs)
}

/** The values that an app has of its own, and the mutation that gives it one. */
function addAppSettings(parts: SchemaParts, named: ReadonlyMap<string, NamedSetting>, { App: AppRef }: CoreRefs): void {
  const { builder } = parts
  const AppSetting = builder.objectRef<readonly [name: string, value: unknown]>('AppSetting').implement({
    description: 'A value that one app has of its own.',
    subGraphs: ['admin'],
    authScopes: { admin: true },
    fields: (t) => ({
      name: t.string({ description: 'The plugin and its name for it.', resolve: ([name]) => name }),
      value: t.string({ description: 'The value.', resolve: ([, value]) => printValue(value) }),
    }),
  })
  builder.objectField(AppRef, 'settings', (t) =>
    t.field({
      type: [AppSetting],
      subGraphs: ['admin'],
      authScopes: { admin: true },
      description: 'What is set for this app alone.',
      resolve: ({ settings }) => Object.entries(settings),
    }),
  )
  declareMutation(parts, 'updateAppSetting', {
    description: 'Gives one app its own value of a setting.',
    subGraphs: ['admin'],
    input: (t) => ({
      appId: t.id({ required: true, description: 'The app.' }),
      name: t.string({ required: true, description: 'The plugin and its name for it: code.ttlSeconds.' }),
      value: t.string({ description: 'The text of the value. Left out: the app goes by the server’s value again.' }),
    }),
    type: AppRef,
    errors: [NotFound, InvalidInput],
    resolve: async ({ appId, name, value }, context) => {
      const id = readIdOf('App', String(appId))
      if (id === undefined) throw new NotFound()
      const kind = named.get(name)?.declaration.kind
      const read = value === null || value === undefined || !kind ? (value ?? undefined) : readValue(kind, value)
      return updateAppSetting(coreOf(context), await requireActor(context), id, name, read, context.facts.id)
    },
  })
}

function readValue(kind: Setting['kind'], text: string): unknown {
  if (kind === 'list') return text.split(/\s+/).filter((part) => part !== '')
  return kind === 'integer' ? readInteger(text) : kind === 'boolean' ? readBoolean(text) : text
}

const printValue = (value: unknown): string => (Array.isArray(value) ? value.join(' ') : String(value))

const readInteger = (text: string): unknown => (/^-?\d{1,15}$/.test(text) ? Number(text) : text)
const readBoolean = (text: string): unknown => (text === 'true' || text === 'false' ? text === 'true' : text)
