import { BootError } from './boot-error.ts'

/** Who holds which name: nothing has two owners. */
export class Claims {
  readonly #owners = new Map<string, string>()

  /** @throws {BootError} when somebody else has it, naming both */
  take(kind: string, name: string, owner: string): void {
    const key = `${kind} ${name}`
    const present = this.#owners.get(key)
    if (present !== undefined) throw clash(kind, name, present, owner)
    this.#owners.set(key, owner)
  }
}

export function clash(kind: string, name: string, first: string, second: string): BootError {
  const who = first === second ? `${describe(first)} claims` : `${describe(first)} and ${describe(second)} both claim`
  return new BootError(
    `${who.charAt(0).toUpperCase()}${who.slice(1)} the ${kind} "${name}"${first === second ? ' twice' : ''}. Take one of them out of the configuration.`,
  )
}

function describe(owner: string): string {
  return owner === 'core' ? 'GrantQL itself' : owner === 'configuration' ? 'the configuration' : `the plugin "${owner}"`
}
