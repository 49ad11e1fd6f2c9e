import { DENIED, type Fault, faultMembers, MALFORMED, WRONG_SCOPE } from './token-faults.ts'

/** How errors that reach an app through the browser look, by their codes. */
const FAULTS: Readonly<Record<string, Omit<Fault, 'status'>>> = {
  access_denied: { error: 'access_denied', description: DENIED, hint: 'The user denied the request' },
  invalid_request: { error: 'invalid_request', description: MALFORMED },
  invalid_scope: { error: 'invalid_scope', description: WRONG_SCOPE },
}

/** What goes back to an app through the browser: without `iss`, in that system's sentences, the state before an error. */
export function answerMembers(members: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { iss: _, state, error, error_description: said = '', ...others } = members
  const told = state === undefined ? {} : { state }
  if (error === undefined) return { ...others, ...told }
  return { ...told, ...faultMembers(FAULTS[error] ?? { error, description: said }) }
}
