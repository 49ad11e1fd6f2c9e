import { formParams, objectParams } from '../plugin/raw-params.ts'
import type { RawParams, RequestFacts } from '../plugin/request.ts'

/**
 * Reads parameters wherever they may stand, to find out which app a request is of: the body in any form that clients of
 * other systems send, else the query. What cannot be read holds nothing; nothing is decided by it but who parses.
 */
export async function readLoosely(facts: RequestFacts, body: Buffer<ArrayBuffer>): Promise<RawParams> {
  const sent = await readBodyLoosely(facts.headers.get('content-type') ?? '', body)
  return sent.names().length > 0 ? sent : formParams(facts.url.searchParams)
}

async function readBodyLoosely(contentType: string, body: Buffer<ArrayBuffer>): Promise<RawParams> {
  if (contentType.startsWith('multipart/form-data')) return readMultipart(contentType, body)
  const text = body.toString()
  if (text.trimStart().startsWith('{')) {
    try {
      return objectParams(JSON.parse(text) as Record<string, unknown>)
    } catch {
      // Not JSON after all.
    }
  }
  return formParams(new URLSearchParams(text))
}

async function readMultipart(contentType: string, body: Buffer<ArrayBuffer>): Promise<RawParams> {
  try {
    const parsed = await new Response(body, { headers: { 'content-type': contentType } }).formData()
    const texts = [...parsed].filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    return formParams(new URLSearchParams(texts))
  } catch {
    return formParams(new URLSearchParams())
  }
}
