import type { SignedIn } from '../operations/presented-session.ts'
import type { RememberedDevice } from '../operations/remember-device.ts'
import type { RawParams, RequestFacts } from '../plugin/request.ts'
import type { Answer } from '../rest/answer.ts'
import type { Html } from './layout.ts'

/** One request for a page, by a browser. */
export interface Visit {
  readonly request: Request
  readonly facts: RequestFacts
  /** Values of the `:name` segments of the path. */
  readonly parameters: Readonly<Record<string, string>>
  /** Who is signed in in this browser. */
  readonly signedIn: SignedIn | undefined
  /** The hidden field that every form must carry. */
  readonly csrfField: Html
  /** The posted form; empty for a GET. */
  readonly form: RawParams
  /** Whether it is a POST with a valid CSRF field. One without gets only to a page that says so, and as if by nobody. */
  readonly isFromOwnForm: boolean
}

/** What a page answers, and what becomes of the browser's session by it. */
export interface PageAnswer {
  readonly answer: Answer | Response
  /** A session that the browser has from now on, or `ended`. Left out: as before. */
  readonly session?: { readonly token: string; readonly expiresAt: Date } | 'ended'
  /** The browser is remembered as one that this person uses. */
  readonly device?: RememberedDevice | undefined
}

/** A page of core, for one method of one path. */
export interface PageRoute {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** What its CSRF field is bound to. Defaults to the session, or to the browser where nobody is signed in. */
  readonly csrfBoundTo?: 'browser'
  /** What becomes of a POST without a valid CSRF field. Defaults to `refused`. */
  readonly withoutCsrf?: 'refused' | 'anonymous'
  handle(visit: Visit): Promise<PageAnswer> | PageAnswer
}
