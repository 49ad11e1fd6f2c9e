import type { Builder } from './builder.ts'

export type RootFieldKind = 'query' | 'mutation' | 'subscription'

const METHODS: Readonly<Record<string, RootFieldKind>> = {
  queryField: 'query',
  mutationField: 'mutation',
  subscriptionField: 'subscription',
  queryFields: 'query',
  mutationFields: 'mutation',
  subscriptionFields: 'subscription',
}

/**
 * The same builder, but that every root field a plugin adds by hand is claimed first: so two plugins that take the same
 * name are told of each other. By itself the builder only says that the name is there already.
 */
export function claimingBuilder(builder: Builder, take: (kind: RootFieldKind, name: string) => void): Builder {
  return new Proxy(builder, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target)
      if (typeof value !== 'function') return value
      const kind = typeof property === 'string' ? METHODS[property] : undefined
      if (kind === undefined) return value.bind(target)
      return (...args: readonly unknown[]) => {
        const [first, ...rest] = args
        if (typeof first === 'string') {
          take(kind, first)
          return value.apply(target, args)
        }
        const fields = first as (t: unknown) => Readonly<Record<string, unknown>>
        const claimed = (t: unknown) => {
          const added = fields(t)
          for (const name of Object.keys(added)) take(kind, name)
          return added
        }
        return value.apply(target, [claimed, ...rest])
      }
    },
  })
}
