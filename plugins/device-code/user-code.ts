import { randomInt } from 'node:crypto'
import type { PluginContext } from 'grantql/plugin'
import { settings } from './settings.ts'

interface Alphabet {
  readonly characters: string
  /** What people type for a character that they cannot make out. None stands for two. */
  readonly lookAlikes: Readonly<Record<string, string>>
  /** Characters that it takes to be as hard to guess as 8 consonants: 34.5 bits (RFC 8628 §6.1). */
  readonly fewest: number
}

const ALPHABETS = {
  /** No vowels, so that no word comes out; nothing that looks like another (RFC 8628 §6.1). */
  consonants: {
    characters: 'BCDFGHJKLMNPQRSTVWXZ',
    lookAlikes: { 2: 'Z', 5: 'S', 6: 'G', 8: 'B', U: 'V' },
    fewest: 8,
  },
  digits: { characters: '0123456789', lookAlikes: { O: '0', I: '1', L: '1', S: '5', B: '8' }, fewest: 11 },
} as const satisfies Record<string, Alphabet>

const LONGEST = 16
const GROUP = 4

type Needs = Pick<PluginContext, 'setting'>

/** Makes a code at random, without what separates its groups. */
export function newUserCode(ctx: Needs): string {
  const { characters, fewest } = alphabetOf(ctx)
  const length = Math.max(fewest, ctx.setting(settings.userCodeLength))
  return Array.from({ length }, () => characters[randomInt(characters.length)]).join('')
}

/** As people read it best: `WDJB-MJHT`. */
export function showUserCode(code: string): string {
  return code.match(new RegExp(`.{1,${GROUP}}`, 'g'))?.join('-') ?? ''
}

/**
 * What somebody who typed this means: case, spaces, dashes and whatever else separates do not matter (RFC 8628 §6.1).
 *
 * @returns undefined for what no code can be
 */
export function readUserCode(ctx: Needs, typed: string): string | undefined {
  const { characters, lookAlikes, fewest }: Alphabet = alphabetOf(ctx)
  const letters = typed
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
  if (letters.length < fewest || letters.length > LONGEST) return undefined
  const code = [...letters].map((letter) => lookAlikes[letter] ?? letter)
  return code.every((letter) => characters.includes(letter)) ? code.join('') : undefined
}

/** Whether a keyboard of digits is enough. */
export function isNumeric(ctx: Needs): boolean {
  return ctx.setting(settings.userCodeCharacters) === 'digits'
}

function alphabetOf(ctx: Needs): Alphabet {
  return ALPHABETS[ctx.setting(settings.userCodeCharacters)]
}
