import { OAuthError, type PageContext, type RawParams, type User } from 'grantql/plugin'
import { buildSchema, type ExecutionResult, GraphQLError, graphql } from 'graphql'
import {
  type Application,
  type ApplicationChanges,
  deleteApplication,
  findApplication,
  findClientId,
  listApplications,
  newApplication,
  resetClientId,
  updateApplication,
} from './applications.ts'
import { json } from './json.ts'

const schema = buildSchema(`
  type Query {
    allApplications: [Application!]!
    application(id: ID!): Application
    applicationClientId(id: ID!): String
  }
  type Mutation {
    newApplication(name: String!, type: ApplicationType!): Application
    updateApplication(id: ID!, data: ApplicationUpdate!): Application
    deleteApplication(id: ID!): Boolean
    resetApplicationClientId(id: ID!): String
  }
  type Application {
    id: ID!
    name: String!
    type: ApplicationType!
    avatar_url: String
    redirect_uris: [String!]!
  }
  input ApplicationUpdate {
    name: String
    avatar_url: String
    redirect_uris: [String!]
  }
  enum ApplicationType { CLIENT BOT }
`)

/** Words of a document: the longest honest one asks for seven things. */
const MOST_TOKENS = 500

interface WireUpdate {
  readonly name?: string | null
  readonly avatar_url?: string | null
  readonly redirect_uris?: readonly string[] | null
}

/** The resolvers of one request. */
function rootOf(ctx: PageContext, user: User) {
  const wired = async (application: Promise<Application>) => wire(await application)
  return {
    allApplications: async () => (await listApplications(ctx, user)).map(wire),
    application: ({ id }: { id: string }) => wired(findApplication(ctx, user, id)),
    applicationClientId: ({ id }: { id: string }) => findClientId(ctx, user, id),
    newApplication: (input: Pick<Application, 'name' | 'type'>) => wired(newApplication(ctx, user, input)),
    updateApplication: ({ id, data }: { id: string; data: WireUpdate }) =>
      wired(updateApplication(ctx, user, id, readUpdate(data))),
    deleteApplication: async ({ id }: { id: string }) => {
      await deleteApplication(ctx, user, id)
      return true
    },
    resetApplicationClientId: ({ id }: { id: string }) => resetClientId(ctx, user, id),
  }
}

function wire({ avatarUrl, redirectUris, ...others }: Application) {
  return { ...others, avatar_url: avatarUrl === '' ? null : avatarUrl, redirect_uris: redirectUris }
}

/** A null takes the avatar away, and leaves everything else. */
function readUpdate({ name, avatar_url: avatarUrl, redirect_uris: redirectUris }: WireUpdate): ApplicationChanges {
  return {
    name: name ?? undefined,
    avatarUrl: avatarUrl === null ? '' : avatarUrl,
    redirectUris: redirectUris ?? undefined,
  }
}

/** Answers a document of the developer panel. */
export async function answerDocument(ctx: PageContext, user: User, sent: RawParams): Promise<Response> {
  const [query] = sent.all('query')
  const [variables] = sent.all('variables')
  const [operationName] = sent.all('operationName')
  if (typeof query !== 'string') return json({ errors: [{ message: 'There is no document.' }] }, 400)
  const result = await graphql({
    schema,
    source: query,
    rootValue: rootOf(ctx, user),
    variableValues: isObject(variables) ? variables : {},
    operationName: typeof operationName === 'string' ? operationName : null,
    maxTokens: MOST_TOKENS,
  })
  return json({ ...result, ...(result.errors && { errors: presentErrors(ctx, result.errors) }) })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Mistakes are told; what broke here is for the operator. */
function presentErrors(ctx: PageContext, errors: NonNullable<ExecutionResult['errors']>) {
  return errors.map((error) => {
    const { originalError } = error
    if (!originalError || originalError instanceof OAuthError || originalError instanceof GraphQLError) return error
    ctx.log.error({ err: originalError, requestId: ctx.request.id }, 'a document of the developer panel failed')
    const { nodes, path } = error
    return new GraphQLError('Something went wrong here.', { nodes, path })
  })
}
