import { createGatherer } from './gather.ts'

const MOST_KEYS = 64

interface WaitingKey<Key, Value> {
  readonly key: Key
  readonly text: string
  readonly resolve: (value: Value | undefined) => void
  readonly reject: (error: unknown) => void
}

/**
 * Makes a read by key that shares one query with all who call while another is under way. A caller alone waits for
 * nobody, and nobody gets an answer to a query that was sent before they asked.
 *
 * @param readMany answers with what there is, by the text of its key; no key comes twice
 * @param keyText a text that is different for different keys
 * @returns a function that resolves to undefined where there is nothing, and rejects with what `readMany` throws
 */
export function createGroupRead<Key, Value>(
  readMany: (keys: Key[]) => Promise<Map<string, Value>>,
  keyText: (key: Key) => string,
): (key: Key) => Promise<Value | undefined> {
  const add = createGatherer<WaitingKey<Key, Value>>(async (group) => {
    try {
      const keys = new Map(group.map(({ text, key }) => [text, key]))
      const values = await readMany([...keys.values()])
      for (const { text, resolve } of group) resolve(values.get(text))
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }, MOST_KEYS)
  return (key) => new Promise((resolve, reject) => add({ key, text: keyText(key), resolve, reject }))
}
