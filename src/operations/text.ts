// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/

/**
 * Whether a text may reach the database at all: well-formed Unicode without control characters. A lone surrogate or a NUL
 * is stored differently by each database, and two inputs could become one.
 */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !CONTROL.test(text)
}
