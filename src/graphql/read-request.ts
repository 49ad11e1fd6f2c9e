import { isUtf8 } from 'node:buffer'
import { GraphQLError } from 'graphql'
import { badUserInput } from './bad-user-input.ts'
import type { GraphQLBody } from './context.ts'
import { checkVariables } from './variables.ts'

/** Names in the body of a request. Whatever else is sent there is a mistake. */
const KNOWN = new Set(['query', 'variables', 'operationName', 'extensions'])

/**
 * Reads the body of a request: one JSON object. Forms and plain texts are refused, because a browser sends those for any
 * page without asking; a list of requests is refused, because limits count a request.
 *
 * @throws {GraphQLError} with the HTTP status as its `extensions.http`
 */
export async function readBody(request: Request, maxBytes: number): Promise<GraphQLBody> {
  if (request.method !== 'POST')
    throw refused(405, 'METHOD_NOT_ALLOWED', 'GraphQL is asked by POST.', { allow: 'POST' })
  if (!isJson(request.headers.get('content-type'))) {
    throw refused(415, 'UNSUPPORTED_MEDIA_TYPE', 'The body of a GraphQL request is application/json in UTF-8.')
  }
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLong()
  const bytes = Buffer.from(await request.arrayBuffer())
  if (bytes.length > maxBytes) throw tooLong()
  // What is not UTF-8 would become other characters in silence, and be stored as those.
  if (!isUtf8(bytes)) throw badUserInput('The body is not UTF-8.')
  return asBody(parseJson(bytes.toString('utf8')))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw badUserInput('The body is not JSON.')
  }
}

function asBody(body: unknown): GraphQLBody {
  if (Array.isArray(body)) throw badUserInput('A request holds one operation: lists of requests are not taken.')
  if (!isObject(body)) throw badUserInput('The body is a JSON object.')
  for (const name of Object.keys(body)) {
    if (!KNOWN.has(name))
      throw badUserInput('The body holds query, variables, operationName and extensions, and nothing else.')
  }
  const { query, variables, operationName, extensions } = body
  if (typeof query !== 'string') throw badUserInput('The body must hold the document as a text named query.')
  if (isGiven(variables) && !isObject(variables)) throw badUserInput('The variables are a JSON object.')
  if (isGiven(operationName) && typeof operationName !== 'string') throw badUserInput('The operationName is a text.')
  if (isGiven(extensions) && !isObject(extensions)) throw badUserInput('The extensions are a JSON object.')
  const given = isObject(variables) ? variables : undefined
  checkVariables(given)
  return { query, variables: given, operationName: typeof operationName === 'string' ? operationName : undefined }
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isJson(contentType: string | null): boolean {
  if (contentType === 'application/json') return true
  const [type = '', ...parameters] = (contentType ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  return type === 'application/json' && parameters.every((each) => /^charset="?utf-8"?$/.test(each))
}

function tooLong(): GraphQLError {
  return refused(413, 'REQUEST_TOO_LARGE', 'The body is too large.')
}

/** A request that is refused before anything in it is looked at. */
export function refused(
  status: number,
  code: string,
  message: string,
  headers?: Readonly<Record<string, string>>,
): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status, ...(headers && { headers }) } } })
}
