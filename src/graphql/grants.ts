import type { Owned, Registry } from '../config/registry.ts'
import type { AnyErrorClass } from '../errors/oauth-error.ts'
import { BASE_TOKEN_ERRORS } from '../errors/standard.ts'
import { exchangeToken } from '../operations/exchange-token.ts'
import type { TokenSet } from '../plugin/context.ts'
import type { Grant } from '../plugin/define-grant.ts'
import type { Params } from '../plugin/param.ts'
import type { Builder } from './builder.ts'
import { coreOf } from './context.ts'
import { credentialFields, paramFields, prepareTexts, presentedCredentials } from './declared-params.ts'
import { sentence } from './errors.ts'
import { declareMutation, type SchemaParts } from './mutations.ts'

/** Adds one mutation for each grant: what it takes, answers and may fail with follows from its declaration. */
export function addGrantMutations(parts: SchemaParts): ReturnType<typeof addTokenSet> {
  const { builder, registry } = parts
  const TokenSetType = addTokenSet(builder, registry)
  const added: Params = Object.assign(
    {},
    ...[...registry.clientAuth, ...registry.tokenParams].map(({ params }) => params),
  )
  for (const grant of registry.grants.values()) {
    const params = { ...grant.params, ...added }
    const toTexts = prepareTexts(params)
    declareMutation(parts, grant.mutation, {
      description: sentence(grant.description, grant.spec),
      subGraphs: ['public'],
      checksCredential: true,
      input: (t) => ({ ...credentialFields(t), ...paramFields(t, params) }),
      type: TokenSetType,
      errors: errorsOf(registry, grant),
      resolve: (input: Readonly<Record<string, unknown>>, context) =>
        exchangeToken(coreOf(context), {
          grantType: grant.grantType,
          params: toTexts(input),
          credentials: presentedCredentials(context, input),
          request: context.facts,
        }),
    })
  }
  return TokenSetType
}

/** The base set, the grant's own, and those of plugins that take part in every token request. */
function errorsOf(registry: Registry, grant: Owned<Grant>): readonly AnyErrorClass[] {
  const contributions = [registry.tokenParams, registry.senderConstraints, registry.claims, registry.tokenCompanions]
  const takingPart = new Set(contributions.flat().map(({ pluginId }) => pluginId))
  const theirs = registry.plugins.filter(({ id }) => takingPart.has(id)).flatMap(({ errors = [] }) => errors)
  return [...BASE_TOKEN_ERRORS, ...grant.errors, ...theirs]
}

function addTokenSet(builder: Builder, registry: Pick<Registry, 'tokenCompanions'>) {
  return builder.objectRef<TokenSet>('TokenSet').implement({
    description: 'Tokens, by a successful grant (RFC 6749 §5.1).',
    subGraphs: ['public'],
    fields: (t) => ({
      accessToken: t.exposeString('accessToken', { description: 'What the app shows to an API.' }),
      tokenType: t.exposeString('tokenType', {
        description: 'How it is shown: Bearer, or the type of what binds it to a key.',
      }),
      expiresInSeconds: t.exposeInt('expiresInSeconds', { description: 'Seconds until it ends.' }),
      scopes: t.exposeStringList('scopes', { description: 'What it may do.' }),
      refreshToken: t.string({
        description: 'What the app gets the next token with, where it may.',
        nullable: true,
        resolve: ({ refreshToken }) => refreshToken ?? null,
      }),
      idToken: t.string({
        description: 'Who the user is, where the app asked for it (OpenID Connect Core §2).',
        nullable: true,
        resolve: ({ idToken }) => idToken ?? null,
      }),
      ...Object.fromEntries(
        registry.tokenCompanions
          .filter(({ field }) => field !== 'idToken')
          .map(({ field, description }) => [
            field,
            t.string({ description, nullable: true, resolve: ({ companions }) => companions[field] ?? null }),
          ]),
      ),
    }),
  })
}
