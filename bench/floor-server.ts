/** The measured process for the floor: the least that answers a form with JSON, and bare signatures. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerQuestions } from './child.ts'

const TYPE = { 'content-type': 'application/json' }
const SIGNED = Buffer.alloc(400, 'a')
const KEYS = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
} as const

// It rests for longer than an idle connection is usually kept.
const server = createServer({ keepAliveTimeout: 0 }, (incoming, outgoing) => {
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

answerQuestions(async (question) => {
  switch (question.ask) {
    case 'open-floor':
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return (server.address() as AddressInfo).port
    case 'sign':
      return signMany(question.algorithm, question.count)
    default:
      server.closeAllConnections()
      server.close()
  }
})

/** CPU milliseconds of one signature over about what an access token holds. */
function signMany(algorithm: keyof typeof KEYS, count: number): number {
  const key = { key: KEYS[algorithm], dsaEncoding: 'ieee-p1363' } as const
  const before = process.cpuUsage()
  for (let done = 0; done < count; done++) sign('sha256', SIGNED, key)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / count
}
