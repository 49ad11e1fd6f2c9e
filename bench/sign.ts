/**
 * Microseconds per signature and verification: what `src/keys` does against jose. Run it with
 * `node --conditions=source bench/sign.ts`; it takes about five seconds.
 */
import { importJWK, type JWK, jwtVerify, SignJWT } from 'jose'
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../src/keys/algorithms.ts'
import { viewKeys } from '../src/keys/key-view.ts'
import { signJwt } from '../src/keys/sign-jwt.ts'
import { generateSigningKey, openSigningKey } from '../src/keys/signing-key.ts'
import { verifyJwt } from '../src/keys/verify-jwt.ts'
import { createSealer, generateServerSecret } from '../src/secrets/sealing.ts'

const MEASURE_MS = 250
const TYPE = 'at+jwt'
const CLAIMS = {
  iss: 'https://login.example',
  sub: '019ab0c4-7d6e-7c1a-9f00-3b5a7a1f2c3d',
  aud: 'https://api.example',
  client_id: '019ab0c4-7d6e-7c1a-9f00-0123456789ab',
  scope: 'orders.read orders.write',
  jti: '019ab0c4-7d6e-7c1a-9f00-ba9876543210',
  iat: 1_795_000_000,
  exp: 1_795_003_600,
}

const table: Record<string, Record<string, string>> = {}
for (const algorithm of Object.keys(SIGNING_ALGORITHMS) as SigningAlgorithm[]) {
  table[algorithm] = await measureAlgorithm(algorithm)
}
console.table(table)

async function measureAlgorithm(algorithm: SigningAlgorithm): Promise<Record<string, string>> {
  const sealer = createSealer(generateServerSecret())
  const generated = await generateSigningKey(algorithm, sealer)
  const times = { created_at: 0, active_at: 0, retiring_at: null, retired_at: null }
  const key = await openSigningKey({ id: 'bench', ...generated, ...times }, sealer)
  const josePrivate = await importJWK(key.privateKey.export({ format: 'jwk' }) as JWK, algorithm)
  const josePublic = await importJWK(key.publicJwk, algorithm)
  const joseSign = () =>
    new SignJWT(CLAIMS).setProtectedHeader({ alg: algorithm, typ: TYPE, kid: key.kid }).sign(josePrivate)
  const together = (work: () => Promise<unknown>) => () => Promise.all(Array.from({ length: 64 }, work))

  const jwt = signJwt(CLAIMS, key, TYPE)
  const view = viewKeys([key], 1, 0)
  return {
    'sign: ours': await measure(() => signJwt(CLAIMS, key, TYPE)),
    'sign: jose, one by one': await measure(joseSign),
    'sign: jose, 64 at once': await measure(together(joseSign), 64),
    'verify: ours, first time': await measure(() => {
      view.verified.clear()
      return verifyJwt(jwt, view, TYPE)
    }),
    'verify: ours, again': await measure(() => verifyJwt(jwt, view, TYPE)),
    'verify: jose, one by one': await measure(() =>
      jwtVerify(jwt, josePublic, { currentDate: new Date(CLAIMS.iat * 1000) }),
    ),
  }
}

/** CPU time of the whole process, threads included: on a shared machine the clock on the wall says little. */
async function measure(work: () => unknown, operations = 1): Promise<string> {
  for (let warmUp = 0; warmUp < 50; warmUp++) await work()
  const start = process.cpuUsage()
  const until = performance.now() + MEASURE_MS
  let count = 0
  while (performance.now() < until) {
    const result = work()
    if (result instanceof Promise) await result
    count += operations
  }
  const { user, system } = process.cpuUsage(start)
  return ((user + system) / count).toFixed(1)
}
