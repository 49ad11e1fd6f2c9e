import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { describeEachServer } from '../../support/server.ts'
import { type Json, makeClient, options, PASSWORD, probe } from './support.ts'

/** As that system’s documentation has them: its host and the placeholders in capitals are replaced, and nothing else. */
const BASE = 'https://instance.processmaker.net'
const GET_TOKEN = `curl -X POST ${BASE}/oauth/token -H 'Content-Type: application/json' -d '{"grant_type":"password","client_id":CLIENT_ID,"client_secret":"CLIENT_SECRET","username":"USERNAME","password":"PASSWORD"}'`
const REFRESH = `curl -X POST ${BASE}/oauth/token -d grant_type=refresh_token -d refresh_token=REFRESH_TOKEN -d client_id=CLIENT_ID -d client_secret=CLIENT_SECRET`
const LIST_TOKENS = `curl ${BASE}/api/1.0/users/USER_ID/tokens -H 'Authorization: Bearer ACCESS_TOKEN'`

describeEachServer('ProcessMaker’s commands, by curl', options, (server) => {
  const run = async (command: string, placeholders: Readonly<Record<string, string>>): Promise<Json> => {
    const text = Object.entries({ [BASE]: server().url, ...placeholders }).reduce(
      (line, [from, to]) => line.replaceAll(from, to),
      command,
    )
    const { stdout } = await promisify(execFile)('bash', ['-c', `${text} --silent`])
    return JSON.parse(stdout)
  }

  it('get a token, use it, refresh it', async () => {
    const { id, secret } = await makeClient(server())
    const user = await server().createUser({ password: PASSWORD })
    const client = { CLIENT_ID: String(id), CLIENT_SECRET: secret }
    const first = await run(GET_TOKEN, { ...client, USERNAME: user.username, PASSWORD })
    expect(Object.keys(first)).toEqual(['token_type', 'expires_in', 'access_token', 'refresh_token'])
    const list = await run(LIST_TOKENS, { USER_ID: user.id, ACCESS_TOKEN: first.access_token })
    expect(list).toMatchObject({ data: [], meta: { total: 0 } })
    const second = await run(REFRESH, { ...client, REFRESH_TOKEN: first.refresh_token })
    expect(Object.keys(second)).toEqual(['token_type', 'expires_in', 'access_token', 'refresh_token'])
    expect(await probe(server(), first.access_token, user.id)).toBe(401)
  })
})
