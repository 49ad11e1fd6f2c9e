/** The measured process for the floor: the least that answers a form with JSON, and bare signatures. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerQuestions } from './child.ts'

const SIGNATURES = { ES256: 1500, RS256: 300 }
const TYPE = { 'content-type': 'application/json' }

const server = createServer((incoming, outgoing) => {
  let text = ''
  incoming.setEncoding('utf8')
  incoming.on('data', (chunk) => {
    text += chunk
  })
  incoming.on('end', () => {
    const grantType = new URLSearchParams(text).get('grant_type')
    const body = JSON.stringify({ access_token: `token-of-${grantType}`, token_type: 'Bearer', expires_in: 3600 })
    outgoing.writeHead(200, { ...TYPE, 'content-length': body.length }).end(body)
  })
})

answerQuestions(async ({ ask }) => {
  switch (ask) {
    case 'open':
      return listen()
    case 'signatures':
      return measureSignatures()
    default:
      server.closeAllConnections()
      server.close()
  }
})

async function listen() {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const headers = { 'content-type': 'application/x-www-form-urlencoded', authorization: 'Basic Zmxvb3I6Zmxvb3I=' }
  return { port, requests: { path: '/', headers, bodies: ['grant_type=client_credentials&scope=read'] } }
}

/** CPU milliseconds of one signature over what an access token holds. */
function measureSignatures(): Record<string, number> {
  const input = Buffer.alloc(400, 'a')
  const keys = {
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  }
  const measure = (name: keyof typeof keys): number => {
    const key = { key: keys[name], dsaEncoding: 'ieee-p1363' } as const
    for (let warmUp = 0; warmUp < 50; warmUp++) sign('sha256', input, key)
    const before = process.cpuUsage()
    for (let count = 0; count < SIGNATURES[name]; count++) sign('sha256', input, key)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000 / SIGNATURES[name]
  }
  return { ES256: measure('ES256'), RS256: measure('RS256') }
}
