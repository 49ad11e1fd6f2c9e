import { OAuthError } from '../errors/oauth-error.ts'
import { ServerError } from '../errors/standard.ts'
import type { Logger } from '../plugin/context.ts'

/**
 * What the caller is told about whatever was thrown, and the operator in the log: declared errors as they are, all else
 * as a server error. The one place where an unexpected error ends.
 */
export function toAnswerable(error: unknown, log: Logger, requestId: string): OAuthError {
  if (error instanceof OAuthError) {
    if (error.status >= 500)
      log.warn({ err: error.cause ?? error, requestId, code: error.code }, 'a request could not be answered')
    else if (error.cause !== undefined)
      log.debug({ err: error.cause, requestId, code: error.code }, 'a request was refused')
    return error
  }
  log.error({ err: error, requestId }, 'a request failed')
  return new ServerError({ cause: error })
}
