import { GraphQLError } from 'graphql'
import { OAuthError } from '../errors/oauth-error.ts'
import { unavailable } from '../storage/outcome.ts'
import { coreOf, type GraphQLContext } from './context.ts'

/** How the errors of OAuth that no union holds are called at the top level. */
const CODES: Readonly<Record<string, string>> = {
  unauthenticated: 'UNAUTHENTICATED',
  forbidden: 'FORBIDDEN',
  temporarily_unavailable: 'SERVICE_UNAVAILABLE',
  too_many_attempts: 'TOO_MANY_ATTEMPTS',
}

const MASKED = 'Something went wrong here. The request id tells the operator what.'

/** A result of an execution, as far as it concerns errors. */
export interface Result {
  readonly data?: unknown
  readonly errors?: readonly GraphQLError[]
}

/** The same result with errors that may be sent: a code each, nothing internal, nothing that the caller sent. */
export function presentResult<R extends Result>(result: R, context: GraphQLContext): R {
  if (!result.errors?.length) return result
  return { ...result, errors: result.errors.map((error) => presentError(error, context)) }
}

/** One error as it may be sent. What nobody foresaw is logged with the request id, and masked. */
export function presentError(error: unknown, context: GraphQLContext): GraphQLError {
  const where = error instanceof GraphQLError ? { path: error.path, nodes: error.nodes } : {}
  const cause = rootCause(error)
  if (cause instanceof GraphQLError) {
    const mistake = mistakeOfTheCaller(cause, error as GraphQLError)
    if (mistake) return mistake
  }
  const core = coreOf(context)
  const known =
    !(cause instanceof OAuthError) && core.database.dialect.isUnavailable(cause) ? unavailable(cause) : cause
  if (known instanceof OAuthError) {
    const { code, message, status, values } = known as OAuthError
    if (status >= 500)
      core.log.warn({ err: known, requestId: context.facts.id, code }, 'a GraphQL request could not be answered')
    const http = httpOf(status, values)
    return present(message, where, { code: CODES[code] ?? code, ...(http && { http }) })
  }
  core.log.error({ err: cause, requestId: context.facts.id, path: where.path }, 'a GraphQL request failed unexpectedly')
  return present(MASKED, where, { code: 'INTERNAL_SERVER_ERROR', requestId: context.facts.id, http: { status: 500 } })
}

/** An error that was made for the top level by our own checks, or what execution itself says of variables and arguments. */
function mistakeOfTheCaller(cause: GraphQLError, error: GraphQLError): GraphQLError | undefined {
  if (cause.extensions.unexpected === true) return undefined
  const { path, nodes } = error
  if (typeof cause.extensions.code === 'string') {
    return cause === error ? error : present(cause.message, { path, nodes }, cause.extensions)
  }
  const isOfInput = error.path === undefined || /^Argument "/.test(error.message)
  if (!isOfInput) return undefined
  return present(withoutValues(error.message), { path, nodes }, { code: 'BAD_USER_INPUT', http: { status: 400 } })
}

/** `Variable "$input" got invalid value "…" at "input.name"; …` becomes where it is wrong, and no more. */
export function withoutValues(message: string): string {
  const [, name, path] = /^Variable "\$(\w{1,100})" got invalid value .*? at "([\w.[\]]{1,300})"; /s.exec(message) ?? []
  if (path !== undefined) return `Variable "$${name}" does not fit its type at "${path}".`
  const [missing] =
    /^Variable "\$\w{1,100}" of (required|non-null) type "[\w![\]]{1,200}" (was not provided|must not be null)\.$/.exec(
      message,
    ) ?? []
  if (missing !== undefined) return missing
  const [, kind, named] = /^(Variable|Argument) "(\$?\w{1,100})"/.exec(message) ?? []
  return named === undefined ? 'A value does not fit its type.' : `${kind} "${named}" does not fit its type.`
}

function rootCause(error: unknown): unknown {
  let cause = error
  for (let depth = 0; depth < 8 && cause instanceof GraphQLError && cause.originalError; depth++)
    cause = cause.originalError
  return cause
}

function httpOf(status: number, values: Readonly<Record<string, unknown>>) {
  if (status === 503 || status === 429)
    return { status, headers: { 'retry-after': String(values.retryAfterSeconds ?? 1) } }
  return undefined
}

function present(
  message: string,
  where: Pick<GraphQLError, 'nodes' | 'path'> | object,
  extensions: object,
): GraphQLError {
  return new GraphQLError(message, { ...where, extensions: { ...extensions } })
}
