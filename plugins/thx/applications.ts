import { type App, formText, InvalidInput, NotFound, type PageContext, type RawParams, type User } from 'grantql/plugin'

/** What an application is registered for: the two rows of the system's table of grants. */
export const PURPOSES = {
  client_credentials: {
    label: 'Backend',
    explanation: 'Software of yours that reads and changes asset pools by itself.',
    grants: ['client_credentials'],
    scopes: ['openid', 'admin'],
  },
  authorization_code: {
    label: 'Wallet',
    explanation: 'Software that acts for people who sign in here.',
    grants: ['authorization_code', 'refresh_token'],
    scopes: ['openid', 'user', 'email', 'offline_access'],
  },
} as const

export type Purpose = keyof typeof PURPOSES

/** What was typed to register an application. */
export interface Registration {
  readonly name: string
  readonly purpose: Purpose
  /** One a line. */
  readonly redirectUris: string
}

export const BLANK: Registration = { name: '', purpose: 'client_credentials', redirectUris: '' }

export function readRegistration(form: RawParams): Registration {
  const purpose = formText(form, 'grant_type')
  return {
    name: formText(form, 'name'),
    purpose: purpose === 'authorization_code' ? purpose : 'client_credentials',
    redirectUris: formText(form, 'redirect_uris'),
  }
}

/** @throws {InvalidInput} when something in it is wrong */
export async function register(
  ctx: PageContext,
  owner: User,
  { name, purpose, redirectUris }: Registration,
): Promise<{ readonly app: App; readonly clientSecret: string | undefined }> {
  const uris = purpose === 'authorization_code' ? linesOf(redirectUris) : []
  if (purpose === 'authorization_code' && uris.length === 0) {
    throw new InvalidInput({ message: 'Where do people go back to? Give a redirect URI.', field: ['redirectUris'] })
  }
  const { grants, scopes } = PURPOSES[purpose]
  return ctx.apps.create(owner, { name, type: 'confidential', grants, scopes, redirectUris: uris, dialect: 'thx' })
}

export async function listApplications(ctx: PageContext, owner: User): Promise<readonly App[]> {
  return (await ctx.apps.list(owner, { isOwn: true })).filter(({ dialect }) => dialect === 'thx')
}

/** @throws {NotFound} when it is somebody else's, or speaks another system's words */
export async function findApplication(ctx: PageContext, owner: User): Promise<App> {
  const app = await ctx.apps.findById(ctx.parameters.id ?? '')
  if (!app || app.ownerId !== owner.id || app.dialect !== 'thx') throw new NotFound()
  return app
}

const linesOf = (text: string): readonly string[] => text.split(/\s+/).filter((line) => line !== '')
