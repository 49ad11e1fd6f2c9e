import { fillRandom } from './random.ts'

const bytes = Buffer.alloc(16)
let lastMillis = -1
let counter = 0

/**
 * Makes the id of a row: a UUIDv7, lower-case with dashes, whose order is the order of creation within this process, also
 * within one millisecond.
 *
 * @see RFC 9562 §5.7, §6.2 (method 1: a counter that is seeded at random in each millisecond)
 */
export function generateId(now: Date): string {
  const millis = now.getTime()
  fillRandom(bytes, 6, 10)
  if (millis === lastMillis) {
    counter += 1
  } else {
    lastMillis = millis
    // 29 random bits in a counter of 30: half a billion ids before it could overflow.
    counter = bytes.readUInt32BE(6) >>> 3
  }
  bytes.writeUIntBE(millis, 0, 6)
  bytes.writeUInt16BE(0x7000 | (counter >>> 18), 6)
  bytes.writeUInt16BE(0x8000 | ((counter >>> 4) & 0x3fff), 8)
  bytes.writeUInt8(((counter & 0xf) << 4) | (bytes.readUInt8(10) & 0xf), 10)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
