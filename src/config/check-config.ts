import { z } from 'zod'
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../keys/algorithms.ts'
import { GUESS_LIMITS, LONGEST_WINDOW_SECONDS } from '../limits/guess-limits.ts'
import { isNetwork } from '../outgoing/public-address.ts'
import type { Plugin } from '../plugin/define-plugin.ts'

const algorithm = z.enum(Object.keys(SIGNING_ALGORITHMS) as [SigningAlgorithm, ...SigningAlgorithm[]])
const seconds = z.int().min(1)
const guessLimit = z.strictObject({ most: z.int().min(1), windowSeconds: seconds.max(LONGEST_WINDOW_SECONDS) })

const plugin = z.custom<Plugin>().superRefine((value, context) => {
  const message = pluginMistake(value)
  if (message !== undefined) context.addIssue({ code: 'custom', message })
})

function pluginMistake(value: unknown): string | undefined {
  if (typeof value === 'function') return 'this is a function that makes a plugin: call it, as in `clientCredentials()`'
  const isPlugin = typeof value === 'object' && value !== null && typeof (value as { id?: unknown }).id === 'string'
  return isPlugin ? undefined : 'this is not what definePlugin makes'
}

/** A web origin as browsers print it. */
const origin = z
  .string()
  .refine((text) => URL.parse(text)?.origin === text, 'an origin is scheme, host and port alone, and never *')

// Strict everywhere: a misspelt option would silently be the default.
const CONFIG = z.strictObject({
  plugins: z.array(plugin),
  scopes: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'the name of a scope has no space, " or \\ (RFC 6749 §3.3)'),
        description: z.string(),
        adminOnly: z.boolean().optional(),
        adminApproves: z.boolean().optional(),
        forUsers: z.boolean().optional(),
        audience: z.string().optional(),
      }),
    )
    .optional(),
  resources: z
    .array(z.strictObject({ uri: z.string(), name: z.string().min(1), scopes: z.array(z.string()).optional() }))
    .optional(),
  tokens: z
    .strictObject({
      accessTokenTtlSeconds: seconds,
      algorithm,
      keyAlgorithms: z.array(algorithm).min(1),
      defaultAudience: z.string().min(1),
    })
    .partial()
    .optional(),
  sessions: z.strictObject({ ttlSeconds: seconds }).partial().optional(),
  keys: z
    .strictObject({ rotationSeconds: seconds, publishAheadSeconds: z.int().min(0) })
    .partial()
    .optional(),
  limits: z.record(z.string(), guessLimit).optional(),
  http: z
    .strictObject({ allowedOrigins: z.array(origin), maxBodyBytes: z.int().min(1024), trustedProxies: z.int().min(0) })
    .partial()
    .optional(),
  outgoing: z
    .strictObject({
      allowedNetworks: z.array(z.string().refine(isNetwork, 'a network is an address and a length: 10.1.0.0/16')),
      allowedHosts: z.array(
        z.string().regex(/^[a-z0-9.-]+$/, 'a host is a name in lower case, without scheme or port'),
      ),
      allowedPorts: z.union([z.literal('any'), z.array(z.int().min(1).max(65_535))]),
      allowHttp: z.boolean(),
      // A plugin answers within 10 seconds, and has something to say afterwards.
      timeoutSeconds: z.number().min(0.1).max(9),
      maxBodyBytes: z
        .int()
        .min(1024)
        .max(4 * 1024 * 1024),
    })
    .partial()
    .optional(),
  graphql: z.strictObject({ signIn: z.boolean(), introspection: z.boolean() }).partial().optional(),
})

/** Names every mistake in the shape of a configuration, with the path to it; none where it is as `defineConfig` wants it. */
export function checkConfig(config: unknown): readonly string[] {
  if (typeof config !== 'object' || config === null) return ['its default export is not what defineConfig makes.']
  const parsed = CONFIG.safeParse(config)
  const mistakes = parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${pathOf(path)}: ${message}.`)
  const { algorithm: signing = 'ES256', keyAlgorithms = ['RS256', 'ES256'] } = parsed.data?.tokens ?? {}
  if (!keyAlgorithms.includes(signing)) {
    mistakes.push(`tokens.keyAlgorithms: there is no ${signing} among them, with which tokens are signed.`)
  }
  if (parsed.success) mistakes.push(...unknownLimits(parsed.data))
  return mistakes
}

function unknownLimits({ plugins, limits = {} }: Pick<z.infer<typeof CONFIG>, 'plugins' | 'limits'>): string[] {
  const ofPlugins = plugins.flatMap((plugin) => Object.keys(plugin.limits ?? {}).map((name) => `${plugin.id}.${name}`))
  const known = new Set([...Object.keys(GUESS_LIMITS), ...ofPlugins])
  return Object.keys(limits)
    .filter((name) => !known.has(name))
    .map((name) => `limits.${name}: there is no such limit. There are: ${[...known].join(', ')}.`)
}

function pathOf(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  return text.replace(/^\./, '') || 'the configuration'
}
