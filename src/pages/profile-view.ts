import { html } from 'hono/html'
import type { SignedIn } from '../operations/presented-session.ts'
import type { PageLink } from '../plugin/contributions.ts'
import type { Answer } from '../rest/answer.ts'
import type { Profile } from '../users/profile.ts'
import { type Html, renderPage } from './layout.ts'
import { PROFILE_FIELDS, PROFILE_GROUPS, type ProfileField, type ProfileGroup } from './profile-fields.ts'

export const PROFILE_PATH = '/account/profile'
export const PROFILE_LINK: PageLink = { label: 'Your profile', path: PROFILE_PATH }

/** What is wrong with what was typed. */
export interface ProfileMistake {
  /** The path to the field. */
  readonly path: readonly string[]
  readonly text: string
}

interface ProfilePage {
  readonly signedIn: SignedIn
  readonly csrfField: Html
  readonly profile: Profile
  /** What a field shows. */
  shownText(field: ProfileField): string
  /** What was typed is not stored. */
  readonly mistake?: ProfileMistake | undefined
  readonly isSaved?: boolean
}

/** A form for everything that apps may be told of a person. It shows no picture: that would be fetched from elsewhere. */
export function renderProfile(host: string, page: ProfilePage): Answer {
  const { signedIn, csrfField, mistake, isSaved = false } = page
  const wrong = mistake && PROFILE_FIELDS.find(({ path }) => path.join() === mistake.path.join())
  const body = html`<h1>Your profile</h1>
<p class="lead">What apps may be told of you, where you let them. Everything here is optional.</p>
${isSaved ? html`<p class="note good" role="status">Your profile was saved.</p>` : ''}
${mistake ? html`<p class="note bad" role="alert">${wrong ? html`${wrong.label}: ` : ''}${mistake.text} Nothing was saved yet.</p>` : ''}
<form method="post" action="${PROFILE_PATH}">
${csrfField}
${PROFILE_GROUPS.map((group) => fieldGroup(group, page))}
<button class="primary wide-button">Save</button>
</form>
<p class="small after"><a href="/account">Back to your account</a></p>`
  return renderPage(host, {
    title: 'Your profile',
    status: mistake ? 422 : 200,
    isWide: true,
    signedIn: { username: signedIn.user.username, csrfField },
    body,
  })
}

function fieldGroup({ legend, rows }: ProfileGroup, page: ProfilePage): Html {
  return html`<fieldset><legend>${legend}</legend>
${rows.map((row) => (row.length > 1 ? html`<div class="pair">${row.map((each) => field(each, page))}</div>` : row.map((each) => field(each, page))))}
</fieldset>`
}

function field(asked: ProfileField, page: ProfilePage): Html {
  const { path, wire, label, longest, autocomplete = 'off', inputMode, lines } = asked
  const isWrong = page.mistake?.path.join() === path.join()
  const hint = isWrong ? page.mistake?.text : (verification(path, page.profile) ?? asked.hint)
  const describedBy = hint === undefined ? '' : html` aria-describedby="${wire}-hint"`
  const wrong = isWrong ? html` aria-invalid="true" autofocus` : ''
  const typing = inputMode === undefined ? '' : html` inputmode="${inputMode}" autocapitalize="none" spellcheck="false"`
  const attributes = html`id="${wire}" name="${wire}" maxlength="${longest}" autocomplete="${autocomplete}" dir="auto"${typing}${describedBy}${wrong}`
  const value = page.shownText(asked)
  return html`<div class="field"><label for="${wire}">${label}</label>
${
  lines === undefined
    ? html`<input ${attributes} value="${value}">`
    : // A browser drops the line break after the tag, and would drop one that somebody typed.
      html`<textarea ${attributes} rows="${lines}">
${value}</textarea>`
}
${hint === undefined ? '' : html`<p class="small${isWrong ? ' bad' : ''}" id="${wire}-hint">${hint}</p>`}</div>
`
}

/** What is known of an address or a number beyond what it is. */
function verification([name]: readonly string[], profile: Profile): string | undefined {
  if (name !== 'email' && name !== 'phoneNumber') return undefined
  if (profile[name] === undefined) return undefined
  return profile[`${name}Verified`]
    ? 'Verified by an administrator. If you change it, it no longer is.'
    : 'Not verified.'
}
