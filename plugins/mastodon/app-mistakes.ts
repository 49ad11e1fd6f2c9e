import { type OAuthError, OUT_OF_BAND } from 'grantql/plugin'
import type { Registration } from './register-app.ts'
import { scopes as declared } from './scopes.ts'

const LONGEST_NAME = 60
const LONGEST_REDIRECT_URIS = 2000
const LONGEST_WEBSITE = 2000
const FORBIDDEN_SCHEME = /^(javascript|data|vbscript):/i

const tooLong = (most: number) => `is too long (maximum is ${most} characters)`

/** What is wrong with a registration, in that system's sentences and their order. */
export function appMistakes({ name, redirectUris, scopes, website }: Registration): readonly string[] {
  const mistakes: string[] = []
  if (name === '') mistakes.push("Application name can't be blank")
  if (name.length > LONGEST_NAME) mistakes.push(`Application name ${tooLong(LONGEST_NAME)}`)
  if (!scopes.every((scope) => declared.some((known) => known.name === scope))) mistakes.push(UNKNOWN_SCOPE)
  if (redirectUris.length === 0) mistakes.push("Redirect URI can't be blank")
  if (redirectUris.join('\n').length > LONGEST_REDIRECT_URIS) {
    mistakes.push(`Redirect URI ${tooLong(LONGEST_REDIRECT_URIS)}`)
  }
  for (const uri of redirectUris) mistakes.push(...redirectUriMistakes(uri))
  if (website.length > LONGEST_WEBSITE) mistakes.push(`Application website ${tooLong(LONGEST_WEBSITE)}`)
  return [...new Set(mistakes)]
}

const UNKNOWN_SCOPE = "Scopes doesn't match configured on the server."

function redirectUriMistakes(uri: string): readonly string[] {
  if (uri === OUT_OF_BAND) return []
  if (FORBIDDEN_SCHEME.test(uri)) return ['Redirect URI is forbidden by the server.']
  if (!/^[a-z][a-z0-9+.-]*:/i.test(uri)) return ['Redirect URI must be an absolute URI.']
  if (!URL.canParse(uri)) return ['Redirect URI must be a valid URI.']
  return uri.includes('#') ? ['Redirect URI cannot contain a fragment.'] : []
}

/** The sentence for what this server refuses beyond that. */
export function mistakeOf({ values }: Pick<OAuthError, 'values'>, { redirectUris }: Registration): string {
  const [name, index] = values.field as readonly string[]
  switch (name) {
    case 'redirectUris':
      return /^http:/i.test(redirectUris[Number(index)] ?? '')
        ? 'Redirect URI must be an HTTPS/SSL URI.'
        : 'Redirect URI is forbidden by the server.'
    case 'scopes':
      return UNKNOWN_SCOPE
    case 'settings':
      return 'Application website is invalid'
    default:
      return 'Application name is invalid'
  }
}
