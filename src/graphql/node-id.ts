/** A global id, read: which type, and the id within it. */
export interface NodeId {
  readonly typename: string
  readonly id: string
}

const GLOBAL_ID = /^[A-Za-z0-9_-]{4,256}$/
const CONTENT = /^([A-Z][A-Za-z0-9]{0,63}):([A-Za-z0-9_.:-]{1,128})$/

/** Writes a global id: base64url of `App:0198…`. Opaque to clients. */
export function writeNodeId(typename: string, id: string): string {
  return Buffer.from(`${typename}:${id}`).toString('base64url')
}

/**
 * Reads a global id.
 *
 * @returns undefined for everything that {@link writeNodeId} cannot have written
 */
export function readNodeId(globalId: string): NodeId | undefined {
  if (!GLOBAL_ID.test(globalId)) return undefined
  const [, typename, id] = CONTENT.exec(Buffer.from(globalId, 'base64url').toString('latin1')) ?? []
  if (typename === undefined || id === undefined || writeNodeId(typename, id) !== globalId) return undefined
  return { typename, id }
}

/** The id within a type; undefined where the global id is of another type or none at all. */
export function readIdOf(typename: string, globalId: string): string | undefined {
  const read = readNodeId(globalId)
  return read?.typename === typename ? read.id : undefined
}
