import type { SigningAlgorithm } from '../keys/algorithms.ts'
import type { ChangedLimits } from '../limits/guess-limits.ts'
import type { ResourceDeclaration, ScopeDeclaration } from '../plugin/contributions.ts'
import type { Plugin } from '../plugin/define-plugin.ts'

/** A deployment: what the server can do, and what its tokens are like. What differs from machine to machine is environment. */
export interface Config {
  /** The one list that tells what this server can do. */
  readonly plugins: readonly Plugin[]
  /** Scopes beside those that plugins bring. */
  readonly scopes?: readonly ScopeDeclaration[]
  /** APIs that tokens can be for, beside those that plugins bring and that scopes speak of. */
  readonly resources?: readonly ResourceDeclaration[]
  readonly tokens?: {
    /** Seconds an access token lives. Defaults to 3,600. */
    readonly accessTokenTtlSeconds?: number
    /** Defaults to ES256. */
    readonly algorithm?: SigningAlgorithm
    /** Every algorithm that this server has keys of. Defaults to RS256 and ES256. */
    readonly keyAlgorithms?: readonly SigningAlgorithm[]
    /** `aud` of a token that asks for no resource. Defaults to the issuer. */
    readonly defaultAudience?: string
  }
  readonly sessions?: {
    /** Seconds after which a person signs in again. Defaults to 14 days. */
    readonly ttlSeconds?: number
  }
  readonly keys?: {
    /** Seconds after which the signing keys are rotated. Defaults to 90 days. */
    readonly rotationSeconds?: number
    /** Seconds that a key is published before it signs. Defaults to 3,600. */
    readonly publishAheadSeconds?: number
  }
  /** Limits by name, those of plugins by `<plugin id>.<name>`. What is left out stays as it was declared. */
  readonly limits?: ChangedLimits
  readonly http?: {
    /** Origins of browser apps that may read answers of the token endpoint and GraphQL. Defaults to none; `*` is refused. */
    readonly allowedOrigins?: readonly string[]
    /** Bytes of a request body that are read at most. Defaults to 256 KiB. */
    readonly maxBodyBytes?: number
    /** How many proxies in front of this server are trusted to name the caller's address. Defaults to 0. */
    readonly trustedProxies?: number
  }
  /** Whom this server may ask for key sets and documents, and tell that a session is over. */
  readonly outgoing?: {
    /** Networks that may be asked though they are private or special, as `10.1.0.0/16`. Defaults to none. */
    readonly allowedNetworks?: readonly string[]
    /** Names of hosts that may be asked whatever their addresses are. Defaults to none. */
    readonly allowedHosts?: readonly string[]
    /** Ports beside that of https, and of http where it is allowed; `any` is for development. Defaults to none. */
    readonly allowedPorts?: readonly number[] | 'any'
    /** Whether `http:` may be asked: for development and tests. Defaults to false. */
    readonly allowHttp?: boolean
    /** Seconds that a request may take, from the look-up of the name to the end of the body. Defaults to 5; at most 9. */
    readonly timeoutSeconds?: number
    /** Bytes of an answer that are read at most. Defaults to 256 KiB. */
    readonly maxBodyBytes?: number
  }
  readonly graphql?: {
    /** The `signIn` mutation. Defaults to true. */
    readonly signIn?: boolean
    /** Whether the schema can be read from a running server. Defaults to true: it is published anyway. */
    readonly introspection?: boolean
  }
}

/** Declares a deployment, with its types checked. Goes into `grantql.config.ts` as the default export. */
export function defineConfig<const C extends Config>(config: C): C {
  return config
}

/** What the environment says, read and validated. */
export interface Environment {
  readonly port: number
  /** Scheme, host and port of this server as apps see it, without a path or a trailing slash. */
  readonly issuer: string
  readonly databaseUrl: string
  /** `NEW` or `NEW,OLD`. */
  readonly secret: string
  readonly logLevel: string
  readonly adminUsername: string
  readonly adminPassword: string | undefined
}
