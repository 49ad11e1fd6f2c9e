import type { App } from '../apps/app.ts'
import { formatFields, formatInstant, print } from './output.ts'

/** An app with its secret, which nobody sees again. */
export function printCredentials(json: boolean | undefined, app: App, clientSecret: string | undefined): void {
  const data = { ...describeApp(app), ...(clientSecret !== undefined && { clientSecret }) }
  const secret: Record<string, string> =
    clientSecret === undefined ? {} : { 'client secret': `${clientSecret}  (shown this once)` }
  print(json, data, () => formatFields({ name: app.name, 'client id': app.clientId, ...secret }))
}

/** An app as JSON. */
export function describeApp({ settings, ...app }: App): Record<string, unknown> {
  return { ...app, isDisabled: app.disabledAt !== undefined, settings }
}

/** An app for people. */
export function fieldsOfApp(app: App): Record<string, string> {
  const list = (values: readonly string[]) => values.join(' ') || '–'
  return {
    name: app.name,
    'client id': app.clientId,
    type: app.type,
    status: app.disabledAt ? `disabled since ${formatInstant(app.disabledAt)}` : 'active',
    owner: app.ownerId ?? '–',
    grants: list(app.grants),
    scopes: list(app.scopes),
    'redirect URIs': list(app.redirectUris),
    privileges: list(app.privileges),
    created: formatInstant(app.createdAt),
  }
}
