import type { OAuthError, RequestFacts } from 'grantql/plugin'
import { type Fault, faultMembers } from './token-faults.ts'

/** What this plugin answers to programs is about one person or one app: nobody keeps it. */
const NO_STORE = { 'cache-control': 'no-store' }

export function json(body: unknown, status = 200): Response {
  return Response.json(body, { status, headers: NO_STORE })
}

export const noContent = (): Response => new Response(null, { status: 204, headers: NO_STORE })

/** By field, what is wrong with it. */
export type Faults = Readonly<Record<string, readonly string[]>>

/** What a form is answered that cannot be accepted: the first sentence, how many more there are, and all by their fields. */
export function renderFaults(errors: Faults): Response {
  const [first = 'The given data was invalid.', ...others] = Object.values(errors).flat()
  const more = others.length === 0 ? '' : ` (and ${others.length} more error${others.length === 1 ? '' : 's'})`
  return json({ message: `${first}${more}`, errors }, 422)
}

/** The sentences of the framework under that system, by the code of the error. */
const SENTENCES: Readonly<Record<string, string>> = {
  unauthenticated: 'Unauthenticated.',
  login_required: 'Unauthenticated.',
  invalid_token: 'Unauthenticated.',
  forbidden: 'This action is unauthorized.',
  csrf_mismatch: 'CSRF token mismatch.',
  not_found: 'Not Found',
  too_many_attempts: 'Too Many Attempts.',
  temporarily_unavailable: 'Service Unavailable',
  server_error: 'Server Error',
}

/** How an error of the JSON paths looks, beside the token endpoint. */
export function renderJsonError(error: OAuthError): Response {
  const body = { message: SENTENCES[error.code] ?? error.message }
  return Response.json(body, { status: error.status, headers: { ...NO_STORE, ...retryAfter(error) } })
}

/** An error of the token endpoint. The header that asks for Basic is for whoever tried to use one (RFC 6749 §5.2). */
export function renderTokenFault(
  fault: Fault,
  error: OAuthError,
  { headers }: Pick<RequestFacts, 'headers'>,
): Response {
  if (error.code === 'too_many_attempts') return renderJsonError(error)
  const asksForBasic = fault.error === 'invalid_client' && headers.has('authorization')
  return Response.json(faultMembers(fault), {
    status: fault.status,
    headers: {
      ...NO_STORE,
      pragma: 'no-cache',
      ...retryAfter(error),
      ...(asksForBasic && { 'www-authenticate': 'Basic realm="OAuth"' }),
    },
  })
}

function retryAfter({ values }: OAuthError): Record<string, string> {
  const { retryAfterSeconds } = values
  return typeof retryAfterSeconds === 'number' ? { 'retry-after': String(retryAfterSeconds) } : {}
}
