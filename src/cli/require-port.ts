import { once } from 'node:events'
import { createServer } from 'node:net'
import { BootError } from '../config/boot-error.ts'

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Another program listens on this port: set PORT to a free one.',
  EACCES: 'This user may not listen on this port: set PORT to one above 1023.',
}

/** @throws {BootError} when this process cannot listen on the port */
export async function requirePort(port: number): Promise<void> {
  const probe = createServer()
  try {
    probe.listen(port)
    await once(probe, 'listening')
  } catch (cause) {
    const reason = REASONS[(cause as NodeJS.ErrnoException).code ?? '']
    throw new BootError(reason ?? 'This process cannot listen on this port.', { cause })
  }
  probe.close()
  await once(probe, 'close')
}
