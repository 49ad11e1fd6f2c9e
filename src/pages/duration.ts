const UNITS = [
  { seconds: 24 * 60 * 60, one: 'a day', many: 'days' },
  { seconds: 60 * 60, one: 'an hour', many: 'hours' },
  { seconds: 60, one: 'a minute', many: 'minutes' },
] as const

/** A time in words, rounded up: `an hour`, `90 minutes`, `14 days`. */
export function duration(seconds: number): string {
  for (const unit of UNITS) {
    if (seconds === unit.seconds) return unit.one
    if (seconds > unit.seconds && (seconds % unit.seconds === 0 || seconds > 2 * unit.seconds))
      return `${Math.ceil(seconds / unit.seconds)} ${unit.many}`
  }
  return `${seconds} second${seconds === 1 ? '' : 's'}`
}
