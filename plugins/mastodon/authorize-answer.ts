import { type AuthorizationAnswer, OUT_OF_BAND, type PageContext } from 'grantql/plugin'
import { describeMembers, jsonAnswer } from './errors.ts'
import { OUT_OF_BAND_PATH } from './out-of-band.ts'

/** Takes the browser back to the app with that system's members: no `iss`, and its own sentence for a no. */
export function answerApp(ctx: PageContext, answer: AuthorizationAnswer): Response {
  const { iss: _, ...said } = answer.members
  const members =
    said.error === undefined ? said : { ...said, error_description: describeMembers(answer.members).sentence }
  if (answer.redirectUri === OUT_OF_BAND) return answerOutOfBand(ctx, members)
  return asFound(ctx.answerApp({ ...answer, members }))
}

function answerOutOfBand(ctx: PageContext, members: Readonly<Record<string, string>>): Response {
  const { code } = members
  if (code === undefined) return jsonAnswer(400, members)
  return asFound(ctx.seeOther(`${OUT_OF_BAND_PATH}?${new URLSearchParams({ code })}`))
}

/** 302, as that system has it: nothing that was posted here holds a password (RFC 9700 §4.12). */
function asFound(response: Response): Response {
  return response.status === 303 ? new Response(null, { status: 302, headers: response.headers }) : response
}
