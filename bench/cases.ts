import { readdirSync } from 'node:fs'
import type { BenchCase } from './case.ts'

/** A case with the name that its file gives it. */
export interface NamedCase extends BenchCase {
  readonly name: string
}

/**
 * Loads the cases of `bench/cases/`.
 *
 * @param wanted names, or beginnings of names such as `rest`; all where none is given
 * @throws {Error} when one of them fits no case
 */
export async function loadCases(wanted: readonly string[]): Promise<readonly NamedCase[]> {
  const names = readdirSync(new URL('./cases/', import.meta.url))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort()
  const fits = (name: string, want: string) => name === want || name.startsWith(`${want}-`)
  for (const want of wanted) {
    if (!names.some((name) => fits(name, want)))
      throw new Error(`There is no case ${want}. There are: ${names.join(', ')}.`)
  }
  const chosen = wanted.length === 0 ? names : names.filter((name) => wanted.some((want) => fits(name, want)))
  return Promise.all(
    chosen.map(async (name) => {
      const { default: benchCase } = (await import(`./cases/${name}.ts`)) as { default: BenchCase }
      return { ...benchCase, name }
    }),
  )
}
