import { readFileSync } from 'node:fs'

const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24

/** Counts the transactions in SQLite's write-ahead log: the last frame of each says how large the database became. */
export function countCommits(url: string): number {
  const log = readFileSync(`${url.slice('sqlite:'.length)}-wal`)
  const frameBytes = FRAME_HEADER_BYTES + log.readUInt32BE(8)
  let commits = 0
  for (let at = HEADER_BYTES; at + frameBytes <= log.length; at += frameBytes) {
    if (log.readUInt32BE(at + 4) > 0) commits++
  }
  return commits
}
