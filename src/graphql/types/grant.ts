import type { ScopeDeclaration } from '../../plugin/contributions.ts'
import type { Grant } from '../../plugin/define-grant.ts'
import type { Param } from '../../plugin/param.ts'
import { wireName } from '../../plugin/wire-name.ts'
import type { SchemaParts } from '../mutations.ts'

interface NamedParam {
  readonly name: string
  readonly declaration: Param
}

/** Adds what the server says about itself: its grants and its scopes. Anybody may read it. */
export function addGrants({ builder, registry }: SchemaParts): void {
  const GrantParam = builder.objectRef<NamedParam>('GrantParam').implement({
    description: 'A parameter of a grant.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name in GraphQL.' }),
      wireName: t.string({
        description: 'Its name at the token endpoint.',
        resolve: ({ name, declaration }) => wireName(name, declaration),
      }),
      description: t.string({ description: 'What it is.', resolve: ({ declaration }) => declaration.description }),
      isRequired: t.boolean({
        description: 'It cannot be left out.',
        resolve: ({ declaration }) => !declaration.optional,
      }),
    }),
  })
  const GrantType = builder.objectRef<Grant>('Grant').implement({
    description: 'A way for an app to get tokens.',
    fields: (t) => ({
      grantType: t.exposeString('grantType', { description: 'Its name on the wire: grant_type.' }),
      mutation: t.exposeString('mutation', { description: 'The mutation that uses it.' }),
      spec: t.exposeString('spec', { description: 'Where it is defined.' }),
      description: t.exposeString('description', { description: 'What it is for.' }),
      params: t.field({
        type: [GrantParam],
        description: 'What it takes.',
        resolve: ({ params }) => Object.entries(params).map(([name, declaration]) => ({ name, declaration })),
      }),
      isSelfService: t.boolean({
        description: 'An owner may give it to an app; else only an admin does.',
        resolve: ({ selfService, legacy }) => selfService !== false && !legacy,
      }),
      isLegacy: t.boolean({
        description:
          'OAuth 2.1 has left it behind. An app has it only where its owner turned it on and an admin gave the app leave to.',
        resolve: ({ legacy }) => legacy ?? false,
      }),
    }),
  })
  const Scope = builder.objectRef<ScopeDeclaration>('Scope').implement({
    description: 'Something that a token may allow.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name.' }),
      description: t.exposeString('description', {
        description: 'What it lets an app do, as the user who decides reads it.',
      }),
      isSelfService: t.boolean({
        description: 'An owner may give it to an app; else only an admin does.',
        resolve: ({ adminOnly }) => !adminOnly,
      }),
    }),
  })
  builder.queryField('grants', (t) =>
    t.field({
      type: [GrantType],
      subGraphs: ['public', 'admin'],
      nullable: true,
      description: 'The grants of this server.',
      resolve: () => [...registry.grants.values()],
    }),
  )
  builder.queryField('scopes', (t) =>
    t.field({
      type: [Scope],
      subGraphs: ['public', 'admin'],
      nullable: true,
      description: 'The scopes of this server.',
      args: {
        dialect: t.arg.string({ description: 'With those that apps of this dialect alone may have.' }),
      },
      resolve: (_root, { dialect }) => {
        const own = registry.dialectScopes.get(dialect ?? '') ?? []
        return [...new Map([...registry.scopes, ...own]).values()]
      },
    }),
  )
}
