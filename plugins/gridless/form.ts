import { type Markup, OAuthError, type PageContext } from 'grantql/plugin'

/** Why a form is shown again. */
export interface Failure {
  readonly status: number
  readonly text: string
  readonly retryAfterSeconds?: number | undefined
}

/** Does what a form asks for, or shows it again with what a person can mend. */
export async function attempt(
  work: () => Promise<Response>,
  show: (failure: Failure) => Promise<Response>,
): Promise<Response> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    return show(describeFailure(error))
  }
}

/** Understood, and wrong. */
const WRONG = 422

function describeFailure({ code, status, message, values }: OAuthError): Failure {
  const retryAfterSeconds = Number(values.retryAfterSeconds ?? 1)
  switch (code) {
    // Which of the two it is, nobody is told.
    case 'invalid_credentials':
      return { status: 403, text: 'Username or password is incorrect.' }
    case 'invalid_request':
      return { status: WRONG, text: 'Something is missing. Fill in every field.' }
    case 'invalid_input':
      return { status: WRONG, text: message }
    case 'too_many_attempts':
    case 'temporarily_unavailable':
      return { status, text: message, retryAfterSeconds }
    default:
      return { status, text: message }
  }
}

export async function note({ html }: PageContext, failure: Failure | undefined): Promise<Markup | ''> {
  return failure ? html`<p class="note bad" role="alert">${failure.text}</p>` : ''
}
