/** A clock that stands still until it is told to move. */
export interface TestClock {
  readonly now: () => Date
  /** Lets time pass. */
  pass(time: { readonly seconds: number }): void
}

/** A movable clock. Starts at the present, so that libraries with clocks of their own agree with it. */
export function createClock(start: Date = new Date()): TestClock {
  let at = start.getTime()
  return {
    now: () => new Date(at),
    pass: ({ seconds }) => {
      at += seconds * 1000
    },
  }
}
