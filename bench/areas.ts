import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface ProfileNode {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string }
  readonly children?: readonly number[]
}

interface CpuProfile {
  readonly nodes: readonly ProfileNode[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** Where the time of a request goes, in parts of 1. */
export type Areas = ReadonlyMap<string, number>

/** The first that fits names the area. Time in native code counts for the file that called it. */
const AREAS: readonly (readonly [RegExp, string])[] = [
  [/\/(graphql|graphql-yoga|@graphql-[^/]+|@envelop|@whatwg-node|@pothos)\/|\/src\/graphql\//, 'GraphQL'],
  [/\/(pino|sonic-boom|quick-format-unescaped)\/|\/src\/log\/|^node:fs/, 'request log'],
  [/^node:internal\/crypto|\/src\/(keys|secrets)\//, 'signatures and hashes'],
  [/\/(kysely|mysql2|sql-escaper)\/|\/src\/storage\//, 'database'],
  [/^node:(_http|net|url|internal\/(streams|stream_base_commons|url|http))|\/(@hono|hono|prom-client)\//, 'HTTP'],
  [/\/src\/(http|rest)\//, 'HTTP'],
  [/\/src\/|\/plugins\/|\/migrations\//, 'rules'],
  [/^node:/, 'promises, timers, buffers, events'],
]

/** Sums up the second half of the longest CPU profile in a folder: the first half is the compiler's. */
export function readAreas(folder: string): Areas {
  const { nodes, samples, timeDeltas } = longestProfile(folder)
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)))
  const areaOf = (id: number): string | undefined => {
    const { functionName } = (byId.get(id) as ProfileNode).callFrame
    if (functionName === '(idle)') return undefined
    if (functionName === '(garbage collector)') return 'garbage collection'
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const { url } = (byId.get(at) as ProfileNode).callFrame
      const area = url && AREAS.find(([pattern]) => pattern.test(url))?.[1]
      if (area) return area
    }
    return 'Node itself'
  }
  const spent = new Map<string, number>()
  let total = 0
  for (let index = Math.floor(samples.length / 2); index < samples.length; index++) {
    const area = areaOf(samples[index] as number)
    const delta = timeDeltas[index] ?? 0
    if (area === undefined) continue
    spent.set(area, (spent.get(area) ?? 0) + delta)
    total += delta
  }
  return new Map([...spent].sort(([, one], [, other]) => other - one).map(([area, time]) => [area, time / total]))
}

function longestProfile(folder: string): CpuProfile {
  const texts = readdirSync(folder)
    .filter((file) => file.endsWith('.cpuprofile'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
  const longest = texts.sort((one, other) => other.length - one.length)[0]
  if (longest === undefined) throw new Error(`There is no CPU profile in ${folder}.`)
  return JSON.parse(longest)
}
