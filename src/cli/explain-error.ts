import { BootError } from '../config/boot-error.ts'
import { OAuthError } from '../errors/oauth-error.ts'
import { TemporarilyUnavailable } from '../errors/standard.ts'
import { scrub } from '../log/scrub.ts'
import { serializeError } from '../log/serialize-error.ts'

/** What an operator reads when something failed: a sentence, or several where several things are wrong. Never a secret. */
export function explainError(error: unknown): string {
  if (error instanceof TemporarilyUnavailable) return scrub(`The database does not answer: ${rootMessage(error)}`)
  if (error instanceof BootError || error instanceof OAuthError) return scrub(error.message)
  if (!(error instanceof Error)) return 'Something failed without saying why.'
  const cause = error.cause instanceof Error ? ` (${rootMessage(error)})` : ''
  return scrub(`${error.message}${cause}`)
}

/** The same with stack and causes, for whoever asked for that by LOG_LEVEL=debug. */
export function explainFully(error: unknown): string {
  return error instanceof Error ? scrub(JSON.stringify(serializeError(error), null, 2)) : explainError(error)
}

function rootMessage(error: Error): string {
  let root = error
  for (let depth = 0; depth < 8 && root.cause instanceof Error; depth++) root = root.cause
  if (root instanceof AggregateError && root.message === '')
    return String((root.errors[0] as Error | undefined)?.message)
  return root.message
}
