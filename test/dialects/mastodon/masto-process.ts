import { text } from 'node:stream/consumers'
import { createOAuthAPIClient, createRestAPIClient, MastoHttpError } from 'masto'
import type { MastoCall, MastoOutcome } from './masto-call.ts'

/**
 * Makes the one call that it is told of on stdin, and prints what came of it. A process of its own: masto asks whether an
 * answer is an instance of Node's own `Response`, which a server in the same process puts another in the place of.
 */
const { url, api, method, params, accessToken } = JSON.parse(await text(process.stdin)) as MastoCall

const client =
  api === 'oauth'
    ? createOAuthAPIClient({ url })
    : createRestAPIClient({ url, ...(accessToken !== undefined && { accessToken }) })
// biome-ignore lint/suspicious/noExplicitAny: masto's clients are proxies, each of whose members is a path
const resource = method.slice(0, -1).reduce<any>((parent, name) => parent[name], client)

const outcome: MastoOutcome = await resource[method.at(-1) ?? ''](params).then(
  (result: unknown) => ({ result }),
  (error: unknown) => {
    if (!(error instanceof MastoHttpError)) throw error
    const { statusCode, message, description } = error
    return { error: { statusCode, message, description } }
  },
)
console.log(JSON.stringify(outcome))
