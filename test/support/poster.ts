import { Agent, request as httpRequest } from 'node:http'

/** An answer as it came over the wire. */
export interface PostedAnswer {
  readonly status: number
  readonly text: string
}

/** Posts forms over many connections at once, which are kept. */
export interface Poster {
  post(
    url: string,
    form: Readonly<Record<string, string>>,
    more?: Readonly<Record<string, string>>,
  ): Promise<PostedAnswer>
  close(): void
}

export function createPoster(): Poster {
  const agent = new Agent({ keepAlive: true, maxSockets: 200 })
  return {
    post: (url, form, more) =>
      new Promise((resolve, reject) => {
        const body = new URLSearchParams(form).toString()
        const headers = {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(body),
          ...more,
        }
        const request = httpRequest(url, { method: 'POST', agent, headers }, (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (chunk) => (text += chunk))
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
        })
        request.on('error', reject)
        request.end(body)
      }),
    close: () => agent.destroy(),
  }
}
