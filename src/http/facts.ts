import { randomUUID } from 'node:crypto'
import type { RequestFacts } from '../plugin/request.ts'

/** What a server knows about every request that comes in. */
export interface Origin {
  readonly issuer: string
  readonly now: () => Date
  /** How many proxies in front of this server are trusted to name the caller's address. */
  readonly trustedProxies: number
}

/** The facts of one request. What few requests need is worked out when it is asked for. */
export class IncomingFacts implements RequestFacts {
  readonly id: string = randomUUID()
  readonly arrivedAt: Date
  readonly method: string
  readonly headers: Headers
  readonly #origin: Origin
  readonly #target: string
  readonly #peer: string | undefined

  constructor(origin: Origin, request: Request, peer: string | undefined) {
    this.arrivedAt = origin.now()
    this.method = request.method
    this.headers = request.headers
    this.#origin = origin
    this.#target = targetOf(request.url)
    this.#peer = peer
  }

  /** Built on the issuer: what a Host header says is for nobody here. */
  get url(): URL {
    return new URL(this.#origin.issuer + this.#target)
  }

  get address(): string | undefined {
    const { trustedProxies } = this.#origin
    if (trustedProxies === 0) return this.#peer
    const named = this.headers.get('x-forwarded-for')?.split(',') ?? []
    const chain = [...named.map((address) => address.trim()), this.#peer]
    // Each trusted proxy appends whom it saw; what stands before that was written by the caller.
    return chain[Math.max(0, chain.length - 1 - trustedProxies)]
  }
}

/** Path and query as they arrived: everything from the first slash after scheme and host. */
function targetOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  return start < 0 ? '/' : url.slice(start)
}
