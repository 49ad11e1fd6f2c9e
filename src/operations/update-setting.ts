import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import type { Actor } from './actor.ts'
import { visibleApp } from './change-app.ts'
import { checkAppSetting } from './check-app-setting.ts'

/**
 * Sets what operators set. Every node knows within a second.
 *
 * @param name `<plugin id>.<setting>`
 * @throws {InvalidInput} when there is no such setting, or the value does not fit its declaration
 */
export async function updateSetting(
  core: Pick<Core, 'audit' | 'settings'>,
  by: Actor,
  name: string,
  value: unknown,
  requestId: string,
): Promise<void> {
  await core.settings.write(name, value)
  await core.audit.write({ kind: 'setting.updated', userId: by.id, requestId, details: { name, value } })
}

/**
 * Gives one app its own value of a setting, or takes it away again.
 *
 * @param value undefined: the app goes by the server's value again
 * @throws {NotFound} when there is no such app
 * @throws {InvalidInput} when there is no such setting, apps have no value of their own for it, or the value does not fit
 */
export async function updateAppSetting(
  core: Pick<Core, 'apps' | 'audit' | 'registry' | 'settings'>,
  by: Actor,
  appId: string,
  name: string,
  value: unknown,
  requestId?: string,
): Promise<App> {
  const app = await visibleApp(core, by, appId)
  checkAppSetting(core, name, value)
  const { [name]: _, ...others } = app.settings
  const next = { ...app, settings: value === undefined ? others : { ...others, [name]: value } }
  await core.apps.update(next, app)
  await core.audit.write({ kind: 'setting.updated', appId, userId: by.id, requestId, details: { name, value } })
  return next
}
