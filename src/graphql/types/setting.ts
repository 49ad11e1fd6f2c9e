import { InvalidInput } from '../../errors/standard.ts'
import { updateSetting } from '../../operations/update-setting.ts'
import type { Setting } from '../../plugin/setting.ts'
import { requireActor } from '../authorization.ts'
import { coreOf } from '../context.ts'
import { declareMutation, type SchemaParts } from '../mutations.ts'

interface NamedSetting {
  readonly name: string
  readonly declaration: Setting
}

/** Adds what operators change while the server runs. Every value is a text here: `600`, `true`, `weekly`. */
export function addSettings(parts: SchemaParts): void {
  const { builder, registry } = parts
  const named = new Map([...registry.settings].map(([declaration, name]) => [name, { name, declaration }]))
  const Kind = builder.enumType('SettingKind', {
    description: 'How the text of a value is read.',
    subGraphs: ['admin'],
    values: {
      INTEGER: { value: 'integer' },
      BOOLEAN: { value: 'boolean' },
      STRING: { value: 'string' },
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
        resolve: ({ declaration }, _args, context) => String(coreOf(context).settings.read(declaration)),
      }),
      default: t.string({
        description: 'The value where nobody set one.',
        resolve: ({ declaration }) => String(declaration.default),
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
      const { kind } = setting.declaration
      const read = kind === 'integer' ? readInteger(value) : kind === 'boolean' ? readBoolean(value) : value
      await updateSetting(coreOf(context), await requireActor(context), name, read, context.facts.id)
      return setting
    },
  })
}

const readInteger = (text: string): unknown => (/^-?\d{1,15}$/.test(text) ? Number(text) : text)
const readBoolean = (text: string): unknown => (text === 'true' || text === 'false' ? text === 'true' : text)
