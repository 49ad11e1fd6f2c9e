/** How far a run is: one line that changes on a terminal, a line every tenth elsewhere. */
export class Progress {
  readonly #name: string
  readonly #total: number
  readonly #startedAt = performance.now()

  constructor(name: string, total: number) {
    this.#name = name
    this.#total = total
  }

  show(done: number): void {
    const seconds = Math.round((performance.now() - this.#startedAt) / 1000)
    const line = `${this.#name}: ${done} of ${this.#total} kills, ${seconds} s`
    if (process.stderr.isTTY) process.stderr.write(`\r${line}`)
    else if (done === this.#total || done % Math.max(1, Math.floor(this.#total / 10)) === 0)
      process.stderr.write(`${line}\n`)
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\n')
  }
}
