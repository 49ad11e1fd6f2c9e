/** Stands in for curl on a machine that has none, as far as the documents use it. */
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    silent: { type: 'boolean', short: 's' },
    'show-error': { type: 'boolean', short: 'S' },
    include: { type: 'boolean', short: 'i' },
    user: { type: 'string', short: 'u' },
    data: { type: 'string', short: 'd', multiple: true },
    header: { type: 'string', short: 'H', multiple: true },
  },
})
const headers = new Headers((values.header ?? []).map((line) => line.split(/:\s*/, 2) as [string, string]))
if (values.user !== undefined) headers.set('authorization', `Basic ${btoa(values.user)}`)
const body = values.data?.join('&')
if (body !== undefined && !headers.has('content-type')) headers.set('content-type', 'application/x-www-form-urlencoded')
const response = await fetch(positionals[0] ?? '', { headers, ...(body !== undefined && { method: 'POST', body }) })
if (values.include) {
  console.log(`HTTP/1.1 ${response.status} ${response.statusText}`)
  for (const [name, value] of response.headers) console.log(`${name}: ${value}`)
  console.log()
}
process.stdout.write(await response.text())
