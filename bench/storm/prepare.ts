import { createUser } from '../../src/operations/create-user.ts'
import type { BenchCase } from '../case.ts'

export const PASSWORD = 'a password of the bench'
export const USERNAMES = Array.from({ length: 8 }, (_, index) => `stormy-${index}`)

/** People with passwords, and an app that asks for tokens of its own meanwhile. */
export default {
  async prepare({ core, createApp }) {
    for (const username of USERNAMES) await createUser(core, undefined, { username, password: PASSWORD })
    const { formHeaders } = await createApp()
    return { path: '/oauth/token', headers: formHeaders, bodies: ['grant_type=client_credentials&scope=read'] }
  },
} satisfies Pick<BenchCase, 'prepare'>
