/** An app that is told of the end of sessions, as a process of its own: it prints each logout token on a line. */
import { createServer } from 'node:http'

const [port = '0'] = process.argv.slice(2)
createServer(async (request, response) => {
  let body = ''
  for await (const part of request) body += part
  console.log(new URLSearchParams(body).get('logout_token'))
  response.end()
}).listen(Number(port), '127.0.0.1')
