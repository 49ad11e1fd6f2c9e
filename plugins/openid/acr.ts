/** Nobody can be made to give it away at a wrong site: a key that signs (OpenID Connect EAP ACR Values §4). */
const PHISHING_RESISTANT = 'phr'
const PASSWORD = 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport'

/** The authentication context classes that are told apart here. */
export const ACR_VALUES: readonly string[] = [PHISHING_RESISTANT, PASSWORD]

/**
 * The class of a sign-in by its methods (RFC 8176); undefined where nothing is promised of them.
 *
 * @see OpenID Connect Core §2 `acr`
 */
export function acrOf(methods: readonly string[] = []): string | undefined {
  if (methods.includes('pop')) return PHISHING_RESISTANT
  return methods.includes('pwd') ? PASSWORD : undefined
}
