import { badUserInput } from './bad-user-input.ts'
import { LIMITS } from './limits.ts'

/**
 * Checks that variables are neither deep nor many, before GraphQL reads them, without recursion.
 *
 * @throws {GraphQLError} BAD_USER_INPUT
 */
export function checkVariables(variables: Readonly<Record<string, unknown>> | undefined): void {
  if (variables === undefined) return
  let count = 0
  const open: [object, number][] = [[variables, 1]]
  for (let next = open.pop(); next; next = open.pop()) {
    const [holder, depth] = next
    if (depth > LIMITS.variableDepth) throw badUserInput(`Variables are at most ${LIMITS.variableDepth} levels deep.`)
    const values: unknown[] = Array.isArray(holder) ? holder : Object.values(holder)
    count += values.length
    if (count > LIMITS.variableValues) throw badUserInput(`Variables hold at most ${LIMITS.variableValues} values.`)
    for (const value of values) if (typeof value === 'object' && value !== null) open.push([value, depth + 1])
  }
}
