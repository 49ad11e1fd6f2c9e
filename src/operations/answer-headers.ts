import type { RequestFacts } from '../plugin/request.ts'

type HeaderRecord = Readonly<Record<string, string>>

const added = new WeakMap<RequestFacts, Record<string, string>>()

/** Adds a header to whatever this request is answered with, an error or not, by whichever face it came in. */
export function addAnswerHeader(request: RequestFacts, name: string, value: string): void {
  const present = added.get(request)
  if (present) present[name.toLowerCase()] = value
  else added.set(request, { [name.toLowerCase()]: value })
}

/** What was added so; undefined where nothing was. */
export const answerHeadersOf = (request: RequestFacts): HeaderRecord | undefined => added.get(request)
