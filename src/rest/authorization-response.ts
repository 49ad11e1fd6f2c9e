import type { Core } from '../core.ts'
import { ServerError } from '../errors/standard.ts'
import { answerFields, answerUrl } from '../operations/authorization-answer.ts'
import type { AuthorizationAnswer } from '../plugin/context.ts'
import { OUT_OF_BAND } from '../plugin/out-of-band.ts'
import type { Answer } from './answer.ts'

/** Shows a person what an app without a redirect is to be told. */
export type ShowOutOfBand = (members: Readonly<Record<string, string>>) => Answer

/** Prints an answer of the authorization endpoint in its response mode (RFC 6749 §4.1.2, RFC 9207 §2). */
export function printAuthorization(
  core: Pick<Core, 'registry'>,
  answer: AuthorizationAnswer,
  showOutOfBand: ShowOutOfBand,
): Answer | Response {
  const { redirectUri, responseMode, members } = answer
  if (redirectUri === OUT_OF_BAND) return showOutOfBand(members)
  const url = answerUrl(answer)
  if (url !== undefined) return seeOther(url)
  const mode = core.registry.responseModes.get(responseMode)
  if (!mode) throw new ServerError({ cause: new Error(`There is no response mode ${responseMode} any more.`) })
  return mode.respond(redirectUri, members)
}

/** How a person takes an answer to the app by their own hand: by a link, or by a form that posts to the redirect URI. */
export type WayBack = { readonly link: string } | { readonly fields: Readonly<Record<string, string>> }

/** The way back for an answer that no browser may take by itself; undefined where its response mode knows of none. */
export function wayBackOf(core: Pick<Core, 'registry'>, answer: AuthorizationAnswer): WayBack | undefined {
  const url = answerUrl(answer)
  if (url !== undefined) return { link: asciiUrl(url) }
  const fields = answer.redirectUri === OUT_OF_BAND ? undefined : answerFields(core, answer)
  return fields && { fields }
}

/** 303 and never 307: a form that somebody filled in here must not be posted there (RFC 9700 §4.12). */
export function seeOther(location: string): Answer {
  return { status: 303, headers: { location: asciiUrl(location), 'cache-control': 'no-store' }, body: null }
}

/** A header is ASCII; what an app registered need not be. */
export function asciiUrl(url: string): string {
  return url.replace(/[^\x21-\x7e]/gu, encodeURIComponent)
}
