// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/
/** What a person cannot see and is deceived by: other directions of writing, zero width. Joiners belong to scripts and emoji. */
const MISLEADING = /[\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/u
const LINE_BREAK_OR_TAB = /[\t\n\r]/

/**
 * Whether a text may reach the database at all: well-formed Unicode without control characters. A lone surrogate or a NUL
 * is stored differently by each database, and two inputs could become one.
 */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !CONTROL.test(text)
}

/** Whether a text is storable and looks like what it is, on as many lines as it has. */
export function isPlainText(text: string): boolean {
  return isStorableText(text) && !MISLEADING.test(text)
}

/** The same, on one line: a name, a city. */
export function isPlainLine(text: string): boolean {
  return isPlainText(text) && !LINE_BREAK_OR_TAB.test(text)
}
