import type { RawParams } from 'grantql/plugin'
import { CLIENT_TYPES, type ClientInput, type ClientType } from './auth-client.ts'
import type { Faults } from './json.ts'

const LONGEST_NAME = 255
const LONGEST_REDIRECT = 2000

/** What was said, if it will do; else what is wrong with it, and as much of it as could be read. */
export type ReadClient = { readonly input: ClientInput } | { readonly faults: Faults; readonly said: ClientInput }

/** Reads what somebody says of a client: JSON, or a form in which a list is `types[]`. */
export function readClient(sent: RawParams): ReadClient {
  const name = readText(sent, 'name')
  const types = readTypes(sent)
  const redirect = readText(sent, 'redirect')
  const isRedirected = types.chosen.includes('authorization_code_grant')
  const faults = {
    name: nameFaults(name),
    types: types.faults,
    redirect: isRedirected ? redirectFaults(redirect) : [],
  }
  const found = Object.entries(faults).filter(([, sentences]) => sentences.length > 0)
  const said = { name, types: types.chosen, redirect: isRedirected ? redirect : '' }
  return found.length > 0 ? { faults: Object.fromEntries(found), said } : { input: said }
}

function readText(sent: RawParams, name: string): string {
  const [value] = sent.all(name)
  return typeof value === 'string' ? value.trim() : ''
}

function nameFaults(name: string): readonly string[] {
  if (name === '') return ['The Name field is required.']
  return name.length > LONGEST_NAME ? [`The Name may not be greater than ${LONGEST_NAME} characters.`] : []
}

function redirectFaults(redirect: string): readonly string[] {
  if (redirect === '') return ['The Redirect field is required.']
  if (redirect.length > LONGEST_REDIRECT) {
    return [`The Redirect may not be greater than ${LONGEST_REDIRECT} characters.`]
  }
  return redirect.split(',').every((url) => URL.canParse(url)) ? [] : ['The Redirect format is invalid.']
}

function readTypes(sent: RawParams): { readonly chosen: readonly ClientType[]; readonly faults: readonly string[] } {
  const listed = [...sent.all('types').flat(), ...sent.all('types[]')]
  const isGiven = sent.all('types').length > 0 || listed.length > 0
  if (!isGiven) return { chosen: [], faults: ['The Types field is required.'] }
  if (listed.length === 0) return { chosen: [], faults: ['The Auth-Client must have at least 1 item chosen.'] }
  const unknown = listed.findIndex((type) => !isClientType(type))
  if (unknown >= 0) return { chosen: [], faults: [`The selected types.${unknown} is invalid.`] }
  return { chosen: CLIENT_TYPES.filter((type) => listed.includes(type)), faults: [] }
}

const isClientType = (type: unknown): type is ClientType => (CLIENT_TYPES as readonly unknown[]).includes(type)
