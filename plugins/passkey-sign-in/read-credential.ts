import { z } from 'zod'

const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/)

/** What is looked at before the library sees it; the rest it checks itself. */
const credential = z.looseObject({
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
  response: z.looseObject({ clientDataJSON: base64url, userHandle: z.string().nullish() }),
  clientExtensionResults: z.looseObject({}).default({}),
})
const clientData = z.looseObject({ challenge: base64url })

/** The answer of an authenticator, by WebAuthn's JSON form (§5.1.9, §5.1.10). */
export interface PresentedCredential {
  readonly json: z.infer<typeof credential>
  readonly credentialId: Buffer
  readonly challenge: Buffer
  readonly userHandle: string | undefined
}

/** Longer than any answer of an authenticator without an attestation of its maker. */
export const LONGEST_CREDENTIAL = 16_384

/** Reads what `JSON.stringify(credential)` gave; undefined for everything else. */
export function readCredential(text: string): PresentedCredential | undefined {
  const json = credential.safeParse(parse(text)).data
  if (!json || text.length > LONGEST_CREDENTIAL) return undefined
  const { clientDataJSON, userHandle } = json.response
  const data = clientData.safeParse(parse(Buffer.from(clientDataJSON, 'base64url').toString())).data
  if (!data) return undefined
  return {
    json,
    credentialId: Buffer.from(json.id, 'base64url'),
    challenge: Buffer.from(data.challenge, 'base64url'),
    userHandle: userHandle ? Buffer.from(userHandle, 'base64url').toString() : undefined,
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
