import type { Core } from '../core.ts'
import { OAuthError } from '../errors/oauth-error.ts'
import type { ProfileInput } from '../operations/check-profile.ts'
import { findProfile } from '../operations/find-profile.ts'
import { readText } from '../operations/parse-params.ts'
import { updateProfile } from '../operations/update-profile.ts'
import type { RawParams } from '../plugin/request.ts'
import { seeOther } from '../rest/authorization-response.ts'
import type { Profile } from '../users/profile.ts'
import { PROFILE_FIELDS, type ProfileField } from './profile-fields.ts'
import { PROFILE_PATH, type ProfileMistake, renderProfile } from './profile-view.ts'
import type { PageAnswer, PageRoute, Visit } from './visit.ts'

/** Where people see and change what apps may be told of them. */
export function profilePages(core: Core, host: string): readonly PageRoute[] {
  return [
    {
      method: 'GET',
      path: PROFILE_PATH,
      async handle(visit) {
        return (await show(core, host, visit)) ?? toSignIn(core)
      },
    },
    {
      method: 'POST',
      path: PROFILE_PATH,
      async handle(visit) {
        const { signedIn, form, facts } = visit
        if (!signedIn) return toSignIn(core)
        try {
          await updateProfile(core, signedIn.user, signedIn.user.id, readProfileForm(form), facts.id)
          return { answer: seeOther(`${core.issuer}${PROFILE_PATH}?saved`) }
        } catch (error) {
          if (!(error instanceof OAuthError) || error.code !== 'invalid_input') throw error
          const mistake = { path: error.values.field as readonly string[], text: error.message }
          return (await show(core, host, visit, mistake)) ?? toSignIn(core)
        }
      },
    },
  ]
}

/** Undefined where nobody is signed in. */
async function show(
  core: Core,
  host: string,
  { signedIn, csrfField, form, facts }: Visit,
  mistake?: ProfileMistake,
): Promise<PageAnswer | undefined> {
  const profile = signedIn && (await findProfile(core, signedIn.user.id))
  if (!profile) return undefined
  const shownText = (field: ProfileField) => typed(form, field) ?? stored(profile, field) ?? ''
  const isSaved = facts.url.searchParams.has('saved')
  return { answer: renderProfile(host, { signedIn, csrfField, profile, shownText, mistake, isSaved }) }
}

/** What a form says: nothing of what it does not have, and nothing at all where a field is empty. */
function readProfileForm(form: RawParams): ProfileInput {
  const sent = PROFILE_FIELDS.flatMap((field) => {
    const text = typed(form, field)
    return text === undefined ? [] : [{ path: field.path, text }]
  })
  const claims = sent.filter(({ path }) => path.length === 1).map(({ path: [name = ''], text }) => [name, text])
  const parts = sent.filter(({ path }) => path.length === 2).map(({ path: [, name = ''], text }) => [name, text])
  return {
    ...(Object.fromEntries(claims) as ProfileInput),
    ...(parts.length > 0 && { address: Object.fromEntries(parts) as ProfileInput['address'] }),
  }
}

/** Undefined where the form has no such field. */
function typed(form: RawParams, { wire }: ProfileField): string | undefined {
  return form.all(wire).length === 0 ? undefined : (readText(form, wire) ?? '')
}

function stored(profile: Profile, { path: [name = '', part] }: ProfileField): string | undefined {
  const value: unknown = profile[name as keyof Profile]
  const text: unknown = part === undefined ? value : (value as Record<string, unknown> | undefined)?.[part]
  return typeof text === 'string' ? text : undefined
}

function toSignIn(core: Core): PageAnswer {
  return { answer: seeOther(`${core.issuer}/sign-in?${new URLSearchParams({ return_to: PROFILE_PATH })}`) }
}
