import type { RawParams } from './request.ts'

/** Parameters of a form or a query string (RFC 6749 §3.1). */
export function formParams(form: URLSearchParams): RawParams {
  return { names: () => [...new Set(form.keys())], all: (name) => form.getAll(name) }
}

/** Parameters of a JSON object. Values stay as they came, so that what is not a text can be refused by name. */
export function objectParams(object: Readonly<Record<string, unknown>>): RawParams {
  return {
    names: () => Object.keys(object),
    all: (name) =>
      Object.hasOwn(object, name) && object[name] !== null && object[name] !== undefined ? [object[name]] : [],
  }
}

/** A field of a page's form; empty where it was left out, repeated, or is not a text. */
export function formText(form: RawParams, name: string): string {
  const [value, ...others] = form.all(name)
  return typeof value === 'string' && others.length === 0 ? value : ''
}
