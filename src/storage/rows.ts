/** Between columns and code: times are integer milliseconds there, `Date` here; lists and objects are JSON text there. */

export const toMillis = (date: Date | undefined): number | null => date?.getTime() ?? null

export const toDate = (millis: number | null): Date | undefined =>
  millis === null ? undefined : new Date(Number(millis))

export const instant = (millis: number): Date => new Date(Number(millis))

export const toJson = (value: unknown): string => JSON.stringify(value)

/** Reads JSON that we wrote ourselves. */
export const fromJson = <T>(text: string): T => JSON.parse(text) as T
