import { emailKey } from '../users/email.ts'
import { isPlainLine, isPlainText } from './text.ts'

/** What a claim of a profile may say. */
export interface ClaimRule {
  /** The text as it is stored; undefined where it cannot be accepted. */
  read(text: string): string | undefined
  /** Characters that it may have at most. */
  readonly longest: number
  /** What is asked for, as a sentence. */
  readonly sentence: string
}

const LONGEST_LINE = 200
const LONGEST_ADDRESS = 1000
const LONGEST_URL = 2000
const LONGEST_EMAIL = 254
/** Of a time zone, a language tag and a gender. */
const LONGEST_WORD = 64

/** One line in any script. */
export const LINE: ClaimRule = {
  read: (text) => (text.length <= LONGEST_LINE && isPlainLine(text) ? text : undefined),
  longest: LONGEST_LINE,
  sentence: `This is one line of at most ${LONGEST_LINE} characters.`,
}

export const LINES: ClaimRule = {
  read(text) {
    const lines = text.replaceAll(/\r\n?/g, '\n')
    return lines.length <= LONGEST_ADDRESS && isPlainText(lines) ? lines : undefined
  },
  longest: LONGEST_ADDRESS,
  sentence: `This is a text of at most ${LONGEST_ADDRESS} characters.`,
}

export const WORD: ClaimRule = {
  read: (text) => (text.length <= LONGEST_WORD && isPlainLine(text) ? text : undefined),
  longest: LONGEST_WORD,
  sentence: `This is one line of at most ${LONGEST_WORD} characters.`,
}

/** `javascript:` and its like would run in whichever page shows the link. */
export const WEB_ADDRESS: ClaimRule = {
  read(text) {
    if (text.length > LONGEST_URL || !isPlainLine(text) || !/^https?:\/\//i.test(text)) return undefined
    const url = URL.parse(text)
    if (url?.username !== '' || url.password !== '') return undefined
    return url.href.length <= LONGEST_URL ? url.href : undefined
  },
  longest: LONGEST_URL,
  sentence: `A web address begins with https:// or http://, holds no password, and has at most ${LONGEST_URL} characters.`,
}

export const EMAIL: ClaimRule = {
  read: (text) => (emailKey(text) === undefined ? undefined : text),
  longest: LONGEST_EMAIL,
  sentence: 'This is no email address.',
}

/** @see OpenID Connect Core §5.1, RFC 3339 §5.6 */
export const BIRTHDATE: ClaimRule = {
  read(text) {
    const match = /^(\d{4})(?:-(\d\d)-(\d\d))?$/.exec(text)
    if (!match) return undefined
    const [, year = '', month, day] = match
    if (month === undefined || day === undefined) return year === '0000' ? undefined : text
    // The year that is not told may have been a leap year.
    const date = new Date(`${year === '0000' ? '2000' : year}-${month}-${day}T00:00:00Z`)
    return !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day) ? text : undefined
  },
  longest: 10,
  sentence: 'A birth date is YYYY-MM-DD, YYYY alone, or 0000-MM-DD where the year is not told.',
}

/** Kept under the name that was given: ours for it may be an older one, Asia/Calcutta for Asia/Kolkata. */
export const TIME_ZONE: ClaimRule = {
  read(text) {
    if (text.length > LONGEST_WORD || !/^[A-Z][A-Za-z0-9_+/-]*$/.test(text)) return undefined
    try {
      new Intl.DateTimeFormat('en', { timeZone: text })
      return text
    } catch {
      return undefined
    }
  },
  longest: LONGEST_WORD,
  sentence: 'A time zone is given by its IANA name, such as Europe/Paris.',
}

/** An underscore is what much software writes (OpenID Connect Core §5.1). */
export const LOCALE: ClaimRule = {
  read(text) {
    if (text.length > LONGEST_WORD) return undefined
    try {
      return Intl.getCanonicalLocales(text.replaceAll('_', '-'))[0]
    } catch {
      return undefined
    }
  },
  longest: LONGEST_WORD,
  sentence: 'A language is given by its BCP 47 tag, such as en or pt-BR.',
}

/** Without what people put between the digits. */
export const PHONE_NUMBER: ClaimRule = {
  read(text) {
    const digits = text.replaceAll(/[\s().\u2010-\u2015-]/g, '')
    return /^\+[1-9]\d{3,14}$/.test(digits) ? digits : undefined
  },
  // 15 digits, and what people put between them.
  longest: 32,
  sentence: 'A telephone number begins with + and the code of the country, and has at most 15 digits.',
}
