import { bearerToken, formText, NotFound, type Page, type PageContext, type RawParams, type User } from 'grantql/plugin'
import {
  APPLICATION_TYPES,
  deleteApplication,
  findClientId,
  listApplications,
  newApplication,
  resetClientId,
  updateApplication,
} from './applications.ts'
import { answerDocument } from './developer-api.ts'
import { type Selected, showPanel } from './developers-view.ts'
import { inGridlessWords } from './error-page.ts'
import { Refusal, render } from './errors.ts'
import { attempt, type Failure } from './form.ts'
import { jsonError } from './json.ts'
import { DEVELOPERS_PATH } from './paths.ts'
import { toLogin } from './to-login.ts'

type Handle = (ctx: PageContext, user: User, form: RawParams) => Promise<Response>

/** The developer panel, and what its forms post to. */
export const developerPages: readonly Page[] = [
  {
    method: 'GET',
    path: DEVELOPERS_PATH,
    handle: inGridlessWords(async (ctx) => {
      await refuseTokens(ctx)
      if (!ctx.user) return toLogin(ctx)
      const { searchParams } = ctx.request.url
      const id = searchParams.get('app')
      if (id !== null) return showApplication(ctx, ctx.user, id, { isDeleting: searchParams.has('delete') })
      const isNew = searchParams.has('new')
      return showPanel(ctx, { applications: await listApplications(ctx, ctx.user), ...(isNew && { making: {} }) })
    }),
  },
  {
    method: 'POST',
    path: DEVELOPERS_PATH,
    // Documents come as JSON, with the field of our forms among its members: without it nobody is logged in.
    withoutCsrf: 'anonymous',
    async handle(ctx, _request, form) {
      try {
        await refuseTokens(ctx)
      } catch (error) {
        if (error instanceof Refusal) return jsonError(render(error))
        throw error
      }
      return ctx.user ? answerDocument(ctx, ctx.user, form) : jsonError(render(new Refusal('notLoggedIn')))
    },
  },
  {
    method: 'POST',
    path: `${DEVELOPERS_PATH}/new`,
    handle: loggedIn((ctx, user, form) => {
      const name = formText(form, 'name')
      const type = APPLICATION_TYPES.find((each) => each === formText(form, 'type'))
      const showAgain = async (failure: Failure) =>
        showPanel(ctx, { applications: await listApplications(ctx, user), making: { name, type, failure } })
      if (!type) return showAgain({ status: 422, text: 'Type is required!' })
      if (name.trim() === '') return showAgain({ status: 422, text: 'Name is required!' })
      return attempt(async () => toPanel(ctx, (await newApplication(ctx, user, { name, type })).id), showAgain)
    }),
  },
  {
    method: 'POST',
    path: `${DEVELOPERS_PATH}/:id/update`,
    handle: loggedIn((ctx, user, form) => {
      const id = ctx.parameters.id ?? ''
      const redirectUris = formText(form, 'redirect_uris')
        .split(/\s+/)
        .filter((uri) => uri !== '')
      const changes = { name: formText(form, 'name'), avatarUrl: formText(form, 'avatar_url').trim(), redirectUris }
      return attempt(
        async () => toPanel(ctx, (await updateApplication(ctx, user, id, changes)).id),
        (failure) => showApplication(ctx, user, id, { failure, changes }),
      )
    }),
  },
  {
    method: 'POST',
    path: `${DEVELOPERS_PATH}/:id/reset`,
    handle: loggedIn(async (ctx, user) => {
      const id = ctx.parameters.id ?? ''
      await resetClientId(ctx, user, id)
      return toPanel(ctx, id)
    }),
  },
  {
    method: 'POST',
    path: `${DEVELOPERS_PATH}/:id/delete`,
    handle: loggedIn(async (ctx, user) => {
      await deleteApplication(ctx, user, ctx.parameters.id ?? '')
      return ctx.seeOther(DEVELOPERS_PATH)
    }),
  },
]

function loggedIn(handle: Handle): Page['handle'] {
  return inGridlessWords(async (ctx, _request, form) =>
    ctx.user ? handle(ctx, ctx.user, form) : toLogin(ctx, DEVELOPERS_PATH),
  )
}

/** The panel is for people: no app gets in by a token of theirs. @throws {Refusal} */
async function refuseTokens(ctx: PageContext): Promise<void> {
  const bearer = bearerToken(ctx.request.headers)
  if (bearer === undefined) return
  throw new Refusal((await ctx.tokens.find(bearer)) ? 'wrongKindOfToken' : 'endedToken')
}

function toPanel(ctx: PageContext, id: string): Response {
  return ctx.seeOther(`${DEVELOPERS_PATH}?${new URLSearchParams({ app: id })}`)
}

async function showApplication(
  ctx: PageContext,
  user: User,
  id: string,
  more: Pick<Selected, 'changes' | 'failure' | 'isDeleting'> = {},
): Promise<Response> {
  const applications = await listApplications(ctx, user)
  const application = applications.find((each) => each.id === id)
  if (!application) throw new NotFound()
  const clientId = await findClientId(ctx, user, id)
  return showPanel(ctx, { applications, selected: { application, clientId, ...more } })
}
