/**
 * The measured process: one server on a port of its own, with the default deployment and what the case changes in it. It
 * logs as `npm start` does, one line a request.
 */
import defaultConfig from '../grantql.config.ts'
import { openLog } from '../src/log/open-log.ts'
import { createServer, type Server } from '../src/server.ts'
import type { BenchCase } from './case.ts'
import { answerQuestions } from './child.ts'
import { createWorkbench } from './workbench.ts'

const SECRET = 'a secret of the bench that is long enough'

let server: Server | undefined

answerQuestions(async (question) => {
  if (question.ask === 'close') return server?.close()
  if (question.ask !== 'open') throw new Error(`The server is not asked for ${question.ask}.`)
  const { file, databaseUrl, logLevel, count } = question
  const { default: benchCase } = (await import(`./${file}`)) as { default: BenchCase }
  const { log } = await openLog({ level: logLevel })
  server = await createServer({
    config: { ...defaultConfig, ...benchCase.config },
    environment: { issuer: 'http://localhost:3000', databaseUrl, secret: SECRET },
    log,
  })
  const requests = await benchCase.prepare(createWorkbench(server.core), count)
  const { port } = await server.listen(0)
  return { port, requests }
})
