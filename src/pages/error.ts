import { html } from 'hono/html'
import type { OAuthError } from '../errors/oauth-error.ts'
import type { PageMark } from '../plugin/contributions.ts'
import type { RequestFacts } from '../plugin/request.ts'
import type { Answer } from '../rest/answer.ts'
import { renderPage } from './layout.ts'

interface Sentence {
  readonly title: string
  readonly text: string
  /** Defaults to `warning`. */
  readonly mark?: PageMark
}

/** What a person is told, by the code of the error. Nothing that a caller sent is ever repeated here. */
const SENTENCES: Readonly<Record<string, Sentence>> = {
  invalid_client: {
    title: 'This app is not known here',
    text: 'The app that sent you here is not registered with this server, or was switched off. Go back and tell its makers.',
  },
  invalid_redirect_uri: {
    title: 'This app asked to send you to a wrong place',
    text: 'The address that you would return to is not one that the app registered. For your safety it ends here.',
  },
  unauthorized_client: {
    title: 'This app may not ask for that any more',
    text: 'Since it asked, it was switched off, or something was taken from it. Nothing was given to it. Go back and tell its makers.',
  },
  forbidden: {
    title: 'That form cannot be accepted',
    text: 'It is out of date, or it was not sent from this site. Nothing was changed. Go back, reload the page and try again.',
  },
  not_found: {
    title: 'There is nothing here',
    text: 'The link is wrong or too old. Go back to your app and start again.',
  },
  already_decided: {
    title: 'This was decided already',
    text: 'A request can be answered once. Go back to your app.',
    mark: 'notice',
  },
  expired_token: {
    title: 'This request is too old',
    text: 'The time to decide is over. Go back to your app and start again.',
    mark: 'late',
  },
  invalid_scope: {
    title: 'That cannot be approved',
    text: 'It is more than the app asked for, or it takes an administrator. Nothing was changed.',
  },
  too_many_attempts: {
    title: 'Wait a little',
    text: 'There have been too many attempts. Nothing was changed. Wait some minutes and try again.',
    mark: 'late',
  },
  temporarily_unavailable: {
    title: 'One moment, please',
    text: 'The server cannot answer right now. Wait a few seconds and reload.',
    mark: 'late',
  },
}

const BAD_REQUEST: Sentence = {
  title: 'That request cannot be read',
  text: 'Something in the link or the form is missing or malformed. Go back to your app and start again.',
}
const FAILURE: Sentence = {
  title: 'Something went wrong here',
  text: 'It is not your fault. The operator can find out more by the request id below.',
}

/** The page for an error: a fixed sentence, the code and the request id. */
export function renderError(host: string, error: OAuthError, facts: Pick<RequestFacts, 'id'>): Answer {
  const { status, code, values } = error
  const known = Object.hasOwn(SENTENCES, code) ? SENTENCES[code] : undefined
  const { title, text, mark = 'warning' } = known ?? (status >= 500 ? FAILURE : BAD_REQUEST)
  const body = html`<h1>${title}</h1>
<p class="lead">${text}</p>
<dl class="small"><dt>Error</dt><dd><code>${code}</code></dd><dt>Request</dt><dd><code>${facts.id}</code></dd></dl>`
  const headers = status === 503 || status === 429 ? { 'retry-after': String(values.retryAfterSeconds ?? 1) } : {}
  return renderPage(host, { title, mark, body, status, headers })
}
