/** The name of a declared parameter or field on the wire: `expiresInSeconds` is `expires_in_seconds` unless it says otherwise. */
export function wireName(name: string, declaration: { readonly wireName?: string }): string {
  return declaration.wireName ?? snakeCase(name)
}

/** `tokenSet` becomes `token_set`, `password-sign-in` becomes `password_sign_in`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll('-', '_')
}
