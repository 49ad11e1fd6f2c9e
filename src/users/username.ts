/** Letters, marks, digits and the punctuation that addresses and handles use; nothing invisible, no white space. */
const USERNAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._@+-]{0,63}$/u

/**
 * The form in which user names are compared: NFKC and lower case, computed here so that every database agrees. Two
 * names with the same key are the same name.
 *
 * @returns undefined for what is not a user name: empty, over 64 characters, or with white space or invisible characters
 * @see RFC 8265 §3.3
 */
export function usernameKey(username: string): string | undefined {
  if (!username.isWellFormed() || username.length > 256) return undefined
  const key = username.normalize('NFKC').toLowerCase().normalize('NFKC')
  return USERNAME.test(key) && USERNAME.test(username.normalize('NFKC')) ? key : undefined
}
