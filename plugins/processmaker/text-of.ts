import type { RawParams } from 'grantql/plugin'

/** The first value of a parameter, as that system reads one; undefined where it is left out, empty or no text. */
export function textOf(params: RawParams, name: string): string | undefined {
  const [value] = params.all(name)
  return typeof value === 'string' && value !== '' ? value : undefined
}
