import { type Endpoint, InvalidInput, type NewApp, type RawParams } from 'grantql/plugin'
import { appMistakes, mistakeOf } from './app-mistakes.ts'
import { describeApplication } from './application.ts'
import { jsonAnswer } from './errors.ts'
import { limits } from './limits.ts'
import { readParams, textOf } from './params.ts'
import { DEFAULT_SCOPE } from './scopes.ts'

/** What an app says of itself when it registers. */
export interface Registration {
  readonly name: string
  readonly redirectUris: readonly string[]
  readonly scopes: readonly string[]
  /** Empty where it has none. */
  readonly website: string
}

/** `POST /api/v1/apps`: an app registers itself, and is shown its secret this once. */
export const registerApp: Endpoint = {
  method: 'POST',
  path: '/api/v1/apps',
  metadata: 'app_registration_endpoint',
  async handle(ctx, request) {
    const registration = readRegistration(await readParams(ctx, request))
    const mistakes = appMistakes(registration)
    if (mistakes.length > 0) return refuse(mistakes)
    await ctx.countByNetwork(limits.registerApp)
    try {
      const { app, clientSecret } = await ctx.apps.create(undefined, describe(registration))
      return jsonAnswer(200, {
        ...describeApplication(ctx, app),
        client_id: app.clientId,
        client_secret: clientSecret,
        client_secret_expires_at: 0,
      })
    } catch (error) {
      if (error instanceof InvalidInput) return refuse([mistakeOf(error, registration)])
      throw error
    }
  },
}

function describe({ website, ...registration }: Registration): NewApp {
  return {
    ...registration,
    type: 'confidential',
    grants: ['authorization_code', 'client_credentials'],
    dialect: 'mastodon',
    ...(website !== '' && { settings: { website } }),
  }
}

const refuse = (mistakes: readonly string[]): Response =>
  jsonAnswer(422, { error: `Validation failed: ${mistakes.join(', ')}` })

function readRegistration(params: RawParams): Registration {
  // Scopes that come as a list count as none: clients have learned to live with it, and so stay what they were.
  const scopes = wordsOf(textOf(params, 'scopes') ?? DEFAULT_SCOPE)
  const sent = [...params.all('redirect_uris'), ...params.all('redirect_uris[]')].flat()
  return {
    name: textOf(params, 'client_name')?.trim() ?? '',
    redirectUris: [...new Set(sent.filter((uri) => typeof uri === 'string').flatMap(wordsOf))],
    scopes: [...new Set(scopes)],
    website: textOf(params, 'website')?.trim() ?? '',
  }
}

const wordsOf = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '')
