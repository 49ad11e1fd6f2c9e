/** What stands where a secret stood. */
export const REDACTED = '[redacted]'

/** Wire and field names that carry a secret in a form body, a query or JSON that was put into a text. */
const NAMES =
  'client_?secret|password|code|code_?verifier|device_?code|user_?code|(?:access_?|refresh_?|id_?|session_?|subject_?|actor_?)?token' +
  '|(?:client_?)?assertion|secret|authorization|cookie|id_?token_?hint'

const RULES: readonly (readonly [RegExp, string])[] = [
  // Ours, of whichever kind, cut ones too.
  [/\bgq[a-z]_[A-Za-z0-9_-]{8,}/g, REDACTED],
  // JWS and JWE in compact form: `eyJ` is how base64url of `{"` begins.
  [/\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){1,4}/g, REDACTED],
  // With a capital, a digit or padding in it: "Bearer authentication" may be said.
  [/\b([Bb]asic|[Bb]earer|DPoP)(\s+)(?=[^\s"]*[A-Z0-9=])[A-Za-z0-9+/._~-]{6,}=*/g, `$1$2${REDACTED}`],
  // The password of a URL, and a password hash in PHC form.
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/"']*):[^\s@/"']+@/gi, `$1:${REDACTED}@`],
  [/\$(?:scrypt|argon2id?|pbkdf2|2[aby])\$[^\s"\\]+/g, REDACTED],
  [new RegExp(`(?<![A-Za-z0-9_-])(${NAMES})=(?!\\[redacted\\])[^&\\s"'\\\\]+`, 'gi'), `$1=${REDACTED}`],
  [new RegExp(`(\\\\+")(${NAMES})(\\\\+"\\s*:\\s*\\\\+")(?:[^"\\\\]|\\\\+[^"\\\\])*`, 'gi'), `$1$2$3${REDACTED}`],
]

// JSON escapes C0 alone. The rest would still move a cursor, reverse a line or end it in somebody's viewer.
const INVISIBLE = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/**
 * Takes out of a line of the log whatever looks like a secret, as the last thing before it is written: a secret in a
 * message, in an error's text or under an innocent name ends here.
 */
export function scrub(line: string): string {
  const clean = RULES.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line)
  return clean.replace(INVISIBLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
