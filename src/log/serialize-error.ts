/** An error as it is logged: what it says and where it came from, never what it was about. */
export interface LoggedError {
  readonly type: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
  readonly cause?: unknown
  readonly errors?: readonly unknown[]
}

const MOST_CAUSES = 8
const MOST_ERRORS = 5

/**
 * Keeps type, message, code, stack and cause of an error. Everything else that libraries hang on errors (the SQL and its
 * parameters, a request with its body, the GraphQL document) may hold secrets and stays out.
 */
export function serializeError(error: Error, depth = 0): LoggedError {
  const { code, errors } = error as { code?: unknown; errors?: unknown }
  const cause = causeOf(error)
  const message = withoutInput(error)
  const frames = framesOf(error)
  return {
    type: error.name || error.constructor?.name || 'Error',
    message,
    ...(isCode(code) && { code: String(code) }),
    ...(frames !== '' && { stack: `${error.name}: ${message}\n${frames}` }),
    ...(cause !== undefined && depth < MOST_CAUSES && { cause: serializeCause(cause, depth + 1) }),
    ...(Array.isArray(errors) &&
      depth < MOST_CAUSES && { errors: errors.slice(0, MOST_ERRORS).map((each) => serializeCause(each, depth + 1)) }),
  }
}

function serializeCause(cause: unknown, depth: number): unknown {
  if (cause instanceof Error) return serializeError(cause, depth)
  // Somebody threw something that is not an error; its shape is unknown, so only what kind of thing it is.
  return typeof cause === 'string' ? cause : `[${typeof cause}]`
}

function causeOf(error: Error): unknown {
  return error.cause ?? (error as { originalError?: unknown }).originalError
}

/** GraphQL quotes what a client sent in the sentences of its errors. */
function withoutInput({ name, message }: Error): string {
  return name === 'GraphQLError'
    ? message.replace(/\b(got invalid value|found:?|unexpected\b.*?) .*$/is, '$1 …')
    : message
}

/** The stack begins with the message, which is a matter of its own. */
function framesOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n')
}

function isCode(code: unknown): boolean {
  return typeof code === 'number' || (typeof code === 'string' && /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(code))
}
