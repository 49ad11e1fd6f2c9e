import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Waits a random time that grows with the number of tries, so that those who collided do not collide again.
 *
 * @param tries how many have failed so far, from 1
 * @param most the longest wait in milliseconds; defaults to 200
 */
export async function pause(tries: number, most = 200): Promise<void> {
  const span = Math.min(most, 5 * 2 ** Math.min(tries, 10))
  await sleep(Math.random() * span)
}
