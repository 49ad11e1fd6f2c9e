import type { OpenedApproval, PluginContext } from 'grantql/plugin'
import { seconds } from './tokens.ts'

/** The `typ` of codes: a key of its own, so that no access token passes for a code. */
const CODE_TYPE = 'code+jwt'

/** What a code of Gridless stands for. */
export interface Code {
  /** The `aid`: the app that it was made for. */
  readonly appId: string
  /** What claims the approval. */
  readonly approvalCode: string
  /** What the user decides the approval by. */
  readonly handle: string
}

/** What is wrong with a code, in the words of the library that Gridless verifies with. */
export type CodeMistake =
  | 'invalid algorithm'
  | 'invalid signature'
  | 'invalid token'
  | 'jwt expired'
  | 'jwt malformed'
  | 'jwt signature is required'

/** Makes the code of an approval: a JWT with the claims of Gridless, which carries our own code and handle. */
export function signCode(ctx: PluginContext, { approval, code, handle }: OpenedApproval): string {
  const { appId, requestedScopes, createdAt, expiresAt } = approval
  return ctx.tokens.sign(
    {
      aid: appId,
      type: 'code',
      scopes: requestedScopes,
      iat: seconds(createdAt),
      exp: seconds(expiresAt),
      jti: code,
      handle,
    },
    { type: CODE_TYPE, algorithm: 'HS256' },
  )
}

/** Reads a code that somebody presents; a text says what is wrong with it. */
export function readCode(ctx: PluginContext, jwt: string): Code | CodeMistake {
  const claims = ctx.tokens.verify(jwt, { type: CODE_TYPE })
  if (!claims) return mistakeIn(jwt)
  const { aid, jti, handle, exp } = claims as { aid: string; jti: string; handle: string; exp: number }
  if (exp * 1000 <= ctx.now().getTime()) return 'jwt expired'
  return { appId: aid, approvalCode: jti, handle }
}

const ALGORITHMS: readonly unknown[] = ['HS256', 'HS384', 'HS512']

/** Why a JWT is none of ours, in the order in which it is looked at there. */
function mistakeIn(jwt: string): CodeMistake {
  const parts = jwt.split('.')
  if (parts.length !== 3) return 'jwt malformed'
  const [header = '', claims = '', signature = ''] = parts
  const head = decode(header)
  if (head === undefined || decode(claims) === undefined || !/^[\w-]*$/.test(signature)) return 'invalid token'
  if (signature === '') return 'jwt signature is required'
  return ALGORITHMS.includes(head.alg) ? 'invalid signature' : 'invalid algorithm'
}

function decode(part: string): { readonly alg?: unknown } | undefined {
  if (!/^[\w-]+$/.test(part)) return undefined
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
