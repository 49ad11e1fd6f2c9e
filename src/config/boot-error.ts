/** Why the server does not start: one sentence for the operator. */
export class BootError extends Error {
  override name = 'BootError'
}
