import { formParams, objectParams } from './raw-params.ts'
import type { RawParams, RequestFacts } from './request.ts'

/**
 * Reads parameters wherever clients of other systems put them: a form, JSON, JSON that calls itself a form, multipart;
 * where the body holds none, the query. What cannot be read holds nothing, and files are left out. Names may come more
 * than once.
 *
 * The endpoints of the standard read strictly instead. A dialect that takes less than this looks at the content type first.
 */
export async function readLooseParams(
  { headers, url }: Pick<RequestFacts, 'headers' | 'url'>,
  body: Buffer<ArrayBuffer>,
): Promise<RawParams> {
  const sent = await readLooseBody(headers.get('content-type') ?? '', body)
  return sent.names().length > 0 ? sent : formParams(url.searchParams)
}

async function readLooseBody(contentType: string, body: Buffer<ArrayBuffer>): Promise<RawParams> {
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
