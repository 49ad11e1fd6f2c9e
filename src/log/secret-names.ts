/** Names whose values are secrets wherever they stand, compared in lower case without separators. */
const NAMES: ReadonlySet<string> = new Set([
  'code',
  'authorizationcode',
  'devicecode',
  'usercode',
  'otp',
  'pin',
  'handle',
  'authorization',
  'proxyauthorization',
  'cookie',
  'cookies',
  'setcookie',
  'xapikey',
  'apikey',
  'dpop',
  'phc',
  'credentials',
  'passphrase',
  'codeverifier',
  'verifier',
  'idtokenhint',
  'loginhint',
  'samlresponse',
])

/** What the names of secrets end with, whatever they begin with: `accessToken`, `client_secret`, `newPassword`. */
const ENDINGS = [
  'password',
  'secret',
  'secrets',
  'token',
  'tokens',
  'assertion',
  'privatekey',
  'privatejwk',
  'jwt',
] as const

/** Tells whether a field of this name holds a secret: `client_secret`, `clientSecret` and `Client-Secret` are one name. */
export function isSecretName(name: string): boolean {
  const plain = name.replace(/[^A-Za-z0-9]/g, '').toLowerCase()
  return NAMES.has(plain) || ENDINGS.some((ending) => plain.endsWith(ending))
}
