import type { Core } from '../core.ts'
import type { RequestFacts } from '../plugin/request.ts'
import type { Answer } from './answer.ts'
import type { ReadyDocument } from './metadata.ts'

/** New keys are published long before they sign, so that a cache of five minutes is never behind. */
const CACHE_CONTROL = 'public, max-age=300'

/** Answers the metadata document (RFC 8414 §3.2). */
export function answerMetadata(document: ReadyDocument, facts: RequestFacts): Answer {
  return answerDocument(document, facts, 'application/json; charset=utf-8')
}

/** Answers the public keys (RFC 7517 §5). Most clients expect plain JSON; one that asks for the key set type gets it. */
export function answerJwks(core: Pick<Core, 'keys'>, facts: RequestFacts): Answer {
  const accept = facts.headers.get('accept') ?? ''
  const wantsKeySet = accept.includes('application/jwk-set+json') && !accept.includes('application/json')
  return answerDocument(
    core.keys.jwks(),
    facts,
    wantsKeySet ? 'application/jwk-set+json' : 'application/json; charset=utf-8',
  )
}

function answerDocument({ body, etag }: ReadyDocument, facts: RequestFacts, contentType: string): Answer {
  const headers = { 'content-type': contentType, 'cache-control': CACHE_CONTROL, etag, vary: 'Accept' }
  const known = facts.headers.get('if-none-match')
  const isKnown = known === '*' || known?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
  return isKnown ? { status: 304, headers, body: null } : { status: 200, headers, body }
}
