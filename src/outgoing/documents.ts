import { OutgoingError } from '../errors/outgoing-error.ts'
import type { DocumentOptions, OutgoingAnswer } from '../plugin/outgoing.ts'
import type { GuardedFetch } from './guarded-fetch.ts'

const SHORTEST_SECONDS = 60
const USUAL_SECONDS = 300
const LONGEST_SECONDS = 24 * 60 * 60
/** A document that could not be had, or was asked for again, is not asked for any sooner. */
const PAUSE_SECONDS = 30
const MOST_DOCUMENTS = 1_000
const MOST_BYTES = 16 * 1024 * 1024

type Outcome =
  | { readonly document: unknown; readonly sizeBytes: number }
  | { readonly error: OutgoingError; readonly sizeBytes: 0 }

interface Kept {
  readonly outcome: Outcome
  readonly freshUntil: number
  readonly askedAt: number
}

/**
 * Makes the reader of published JSON documents, with a memory that all plugins of the server share. Those who ask at the same
 * time for the same one share the request.
 */
export function createDocuments({ fetch }: Pick<GuardedFetch, 'fetch'>, now: () => Date) {
  const memory = createMemory()
  const underWay = new Map<string, Promise<Kept>>()

  const ask = async (url: string, options: DocumentOptions): Promise<Kept> => {
    const askedAt = now().getTime()
    const present = memory.get(url)
    try {
      const answer = await fetch(url, {
        headers: { accept: 'application/json' },
        ...(options.maxBytes !== undefined && { maxBytes: options.maxBytes }),
      })
      const document = readJson(url, answer)
      const freshUntil = askedAt + freshSeconds(answer.headers.get('cache-control')) * 1000
      return { outcome: { document, sizeBytes: answer.body.length }, freshUntil, askedAt }
    } catch (error) {
      if (!(error instanceof OutgoingError)) throw error
      // What is still fresh stays good, though asking again for it failed.
      if (present && 'document' in present.outcome && present.freshUntil > askedAt) return { ...present, askedAt }
      return { outcome: { error, sizeBytes: 0 }, freshUntil: askedAt + PAUSE_SECONDS * 1000, askedAt }
    }
  }

  const isGood = (kept: Kept, rechecks: boolean): boolean => {
    const at = now().getTime()
    return kept.freshUntil > at && !(rechecks && kept.askedAt + PAUSE_SECONDS * 1000 <= at)
  }

  return async (given: string | URL, options: DocumentOptions = {}): Promise<unknown> => {
    const url = String(given)
    let kept = memory.get(url)
    if (!kept || !isGood(kept, options.rechecks ?? false)) {
      const asking = underWay.get(url) ?? ask(url, options).finally(() => underWay.delete(url))
      underWay.set(url, asking)
      kept = await asking
      memory.set(url, kept)
    }
    if ('error' in kept.outcome) throw kept.outcome.error
    return kept.outcome.document
  }
}

/** The documents that were asked for last, within bounds of number and size. */
function createMemory() {
  const byUrl = new Map<string, Kept>()
  let sizeBytes = 0
  const forget = (url: string): void => {
    sizeBytes -= byUrl.get(url)?.outcome.sizeBytes ?? 0
    byUrl.delete(url)
  }
  return {
    get: (url: string) => byUrl.get(url),
    set(url: string, kept: Kept): void {
      forget(url)
      byUrl.set(url, kept)
      sizeBytes += kept.outcome.sizeBytes
      for (const oldest of byUrl.keys()) {
        if (byUrl.size <= MOST_DOCUMENTS && sizeBytes <= MOST_BYTES) break
        forget(oldest)
      }
    },
  }
}

function readJson(url: string, { status, headers, body }: OutgoingAnswer): unknown {
  const { host } = new URL(url)
  if (status !== 200) throw new OutgoingError('status', `${host} answered ${status} for a document.`)
  const [type = ''] = (headers.get('content-type') ?? '').split(';')
  if (!/^application\/(?:[\w.-]+\+)?json$/i.test(type.trim())) {
    throw new OutgoingError('not-json', `${host} does not say that its document is JSON.`)
  }
  try {
    return deepFreeze(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)))
  } catch (cause) {
    throw new OutgoingError('not-json', `The document of ${host} is not JSON, or none that can be read.`, { cause })
  }
}

/** How long an answer may be used again, by RFC 9111 §5.2.2, within bounds that keep both sides from harm. */
function freshSeconds(cacheControl: string | null): number {
  const directives = (cacheControl ?? '').toLowerCase()
  if (/\b(?:no-store|no-cache)\b/.test(directives)) return SHORTEST_SECONDS
  const maxAge = /\bmax-age=(\d{1,10})\b/.exec(directives)?.[1]
  const seconds = maxAge === undefined ? USUAL_SECONDS : Number(maxAge)
  return Math.min(Math.max(seconds, SHORTEST_SECONDS), LONGEST_SECONDS)
}

/** No document that anybody means is nested deeper, and what reads one may well go down by recursion. */
const DEEPEST = 32

/** @throws {RangeError} when it is nested too deep */
function deepFreeze<T>(value: T, depth = 0): T {
  if (depth > DEEPEST) throw new RangeError('It is nested too deep.')
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const each of Object.values(value)) deepFreeze(each, depth + 1)
  }
  return value
}
