import type { Core } from '../core.ts'
import type { Actor } from './actor.ts'

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
