import { formParams, type RawParams, type RequestFacts } from 'grantql/plugin'

/** One parameter; undefined where it is missing, empty, or there more than once. */
export type ReadParam = (name: string) => string | undefined

const NONE = formParams(new URLSearchParams())

/** Reads each parameter from the query, else from the form: there is no other body that Gridless takes. */
export function paramReader({ url, headers }: Pick<RequestFacts, 'headers' | 'url'>, body: RawParams): ReadParam {
  const isForm = headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') ?? false
  const query = formParams(url.searchParams)
  const form = isForm ? body : NONE
  return (name) => {
    const [value, ...others] = query.all(name).length > 0 ? query.all(name) : form.all(name)
    return typeof value === 'string' && value !== '' && others.length === 0 ? value : undefined
  }
}
