import type { Core } from '../core.ts'
import { InvalidInput } from '../errors/standard.ts'

/**
 * Checks a value that an app shall have of its own.
 *
 * @param name `<plugin id>.<setting>`
 * @param field the path to the value, for whoever gave it
 * @throws {InvalidInput} when there is no such setting, apps have no value of their own for it, or the value does not fit
 */
export function checkAppSetting(
  core: Pick<Core, 'registry' | 'settings'>,
  name: string,
  value: unknown,
  field: readonly string[] = ['value'],
): void {
  const declaration = [...core.registry.settings].find(([, known]) => known === name)?.[0]
  if (!declaration?.perApp) {
    throw new InvalidInput({
      message: 'There is no such setting that an app has a value of its own for.',
      field: ['name'],
    })
  }
  const message = value === undefined ? undefined : core.settings.mistake(declaration, value)
  if (message !== undefined) throw new InvalidInput({ message, field })
}
