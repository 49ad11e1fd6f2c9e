import { InvalidInput } from '../errors/standard.ts'
import type { Address } from '../users/profile.ts'
import { type ProfileChanges, TEXT_CLAIMS, type TextClaim } from '../users/profiles.ts'
import * as rule from './claim-rules.ts'

/** What somebody wants a profile to say: null and blank take a claim away, absent keeps it. */
export type ProfileInput = { readonly [Claim in TextClaim]?: string | null | undefined } & {
  /** It replaces the whole address. */
  readonly address?: { readonly [Part in keyof Address]?: string | null | undefined } | null | undefined
  /** An admin alone says so. */
  readonly emailVerified?: boolean | undefined
  /** An admin alone says so. */
  readonly phoneNumberVerified?: boolean | undefined
}

/** What each claim may say. */
export const CLAIM_RULES: Readonly<Record<TextClaim, rule.ClaimRule>> = {
  name: rule.LINE,
  givenName: rule.LINE,
  familyName: rule.LINE,
  middleName: rule.LINE,
  nickname: rule.LINE,
  preferredUsername: rule.LINE,
  profile: rule.WEB_ADDRESS,
  picture: rule.WEB_ADDRESS,
  website: rule.WEB_ADDRESS,
  email: rule.EMAIL,
  gender: rule.WORD,
  birthdate: rule.BIRTHDATE,
  zoneinfo: rule.TIME_ZONE,
  locale: rule.LOCALE,
  phoneNumber: rule.PHONE_NUMBER,
}

/** What each part of an address may say. */
export const ADDRESS_RULES: Readonly<Record<keyof Address, rule.ClaimRule>> = {
  formatted: rule.LINES,
  streetAddress: rule.LINES,
  locality: rule.LINE,
  region: rule.LINE,
  postalCode: rule.LINE,
  country: rule.LINE,
}

/**
 * Checks what a profile is to say, and brings it into the form in which it is stored.
 *
 * @throws {InvalidInput} for the first mistake, with the path to it
 * @see OpenID Connect Core §5.1
 */
export function checkProfile(input: ProfileInput): ProfileChanges {
  const { address, emailVerified, phoneNumberVerified } = input
  const claims = TEXT_CLAIMS.flatMap((claim) => {
    const text = input[claim]
    return text === undefined ? [] : [[claim, readText(CLAIM_RULES[claim], text, [claim])]]
  })
  return {
    ...(Object.fromEntries(claims) as Partial<Record<TextClaim, string | null>>),
    ...(address !== undefined && { address: address && checkAddress(address) }),
    ...(emailVerified !== undefined && { emailVerified }),
    ...(phoneNumberVerified !== undefined && { phoneNumberVerified }),
  }
}

/**
 * An email address as it is stored; undefined for none.
 *
 * @throws {InvalidInput} when it is no address
 */
export function checkEmail(email: string | null | undefined): string | undefined {
  return readText(rule.EMAIL, email, ['email']) ?? undefined
}

/** Null where no part of it says anything. */
function checkAddress(address: NonNullable<ProfileInput['address']>): Address | null {
  const parts = (Object.keys(ADDRESS_RULES) as (keyof Address)[]).flatMap((part) => {
    const text = readText(ADDRESS_RULES[part], address[part], ['address', part])
    return text === null ? [] : [[part, text]]
  })
  return parts.length === 0 ? null : (Object.fromEntries(parts) as Address)
}

/** Null where there is nothing but space. */
function readText({ read, sentence }: rule.ClaimRule, text: string | null | undefined, field: string[]): string | null {
  // What is not well-formed has no normal form, and every rule refuses it.
  const trimmed = (text?.isWellFormed() ? text.normalize('NFC') : text)?.trim()
  if (!trimmed) return null
  const value = read(trimmed)
  if (value === undefined) throw new InvalidInput({ message: sentence, field })
  return value
}
