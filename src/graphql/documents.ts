import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { GraphQLContext } from './context.ts'
import { checkCost, hasPages } from './cost.ts'
import { checkShape, LIMITS } from './limits.ts'
import { checkIds, hasIds, StrictIdsRule } from './strict-ids.ts'

const MOST_ERRORS = 5
/** Characters of all the documents that are remembered together: a parsed document takes a hundred times its text. */
const REMEMBERED_LENGTH = 300_000
const LONGEST_REMEMBERED = 6000

interface KnownDocument {
  readonly document: DocumentNode
  /** Undefined until it was validated. */
  errors?: readonly GraphQLError[]
  readonly hasPages: boolean
  /** Whether an ID can stand in its variables. */
  readonly hasIds: boolean
}

/**
 * Reads and checks documents, and remembers the valid ones. It stands in for yoga's own cache, which would remember as
 * many documents of any size, and the invalid ones too.
 */
export function useDocuments(schema: GraphQLSchema, options: { readonly introspection: boolean }): Plugin {
  const rules = [...specifiedRules, StrictIdsRule, ...(options.introspection ? [] : [NoSchemaIntrospectionCustomRule])]
  const remembered = new Map<string, KnownDocument>()
  const known = new WeakMap<DocumentNode, KnownDocument>()
  const credentialFields = fieldsThatCheckCredentials(schema)
  let length = 0

  const remember = (text: string, entry: KnownDocument) => {
    if (text.length > LONGEST_REMEMBERED || remembered.has(text)) return
    remembered.set(text, entry)
    length += text.length
    for (const oldest of remembered.keys()) {
      if (length <= REMEMBERED_LENGTH) break
      remembered.delete(oldest)
      length -= oldest.length
    }
  }

  const check = (entry: KnownDocument, text: string): readonly GraphQLError[] => {
    if (entry.errors) return entry.errors
    entry.errors = validate(schema, entry.document, rules, { maxErrors: MOST_ERRORS }).map(explain)
    if (entry.errors.length === 0) remember(text, entry)
    return entry.errors
  }

  return {
    onParse({ params, setParsedDocument, setParseFn }) {
      const text = String(params.source)
      const present = remembered.get(text)
      if (present) {
        setParsedDocument(present.document)
        return
      }
      setParseFn(() => {
        const document = parseDocument(text)
        checkShape(document, credentialFields)
        known.set(document, { document, hasPages: hasPages(document), hasIds: hasIds(schema, document) })
        return document
      })
    },
    onValidate({ params, context, setResult }) {
      const { query, operationName, variables } = (context as unknown as GraphQLContext).body
      const { documentAST } = params
      const entry = remembered.get(query) ?? known.get(documentAST)
      if (!entry) throw new Error('A document is validated that was not parsed here.')
      const errors = check(entry, query)
      if (errors.length > 0) return setResult([...errors])
      const operation = getOperationAST(documentAST, operationName)
      if (!operation) return setResult([failed('The request does not say which operation of the document to run.')])
      if (!entry.hasIds && !entry.hasPages) return setResult([])
      const mistakes = mistakesOf(() => {
        if (entry.hasIds) checkIds(schema, operation, variables)
        if (entry.hasPages) checkCost(documentAST, operation, variables)
      })
      setResult(mistakes)
    },
  }
}

/** @throws {GraphQLError} GRAPHQL_PARSE_FAILED, with the place and nothing of the text: a password may stand there */
function parseDocument(text: string): DocumentNode {
  try {
    return parse(text, { maxLexicalTokens: LIMITS.tokens, maxSourceLength: LIMITS.length, maxComments: 200 })
  } catch (error) {
    const { message = '', locations, source, positions } = error as Partial<GraphQLError>
    const [place] = locations ?? []
    const reason = /(more than|too long|exceeds|limit)/i.test(message)
      ? `A document has at most ${LIMITS.length} characters and ${LIMITS.tokens} tokens.`
      : `The document cannot be parsed${place ? ` at line ${place.line}, column ${place.column}` : ''}.`
    throw new GraphQLError(reason, {
      ...(source && { source }),
      ...(positions && { positions }),
      extensions: { code: 'GRAPHQL_PARSE_FAILED', http: { status: 400 } },
    })
  }
}

/** What validation says, without the values that it repeats. */
function explain(error: GraphQLError): GraphQLError {
  const [node] = error.nodes ?? []
  const isOfValue = node !== undefined && /Value$/.test(node.kind)
  if (!isOfValue || / was not provided/.test(error.message)) return failed(error.message, error)
  const [, type] = /type "([\w![\]]{1,200})"/.exec(error.message) ?? []
  return failed(type ? `A value here does not fit the type "${type}".` : 'A value here does not fit its type.', error)
}

function failed(message: string, { nodes }: Partial<GraphQLError> = {}): GraphQLError {
  return new GraphQLError(message, {
    ...(nodes && { nodes }),
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } },
  })
}

function mistakesOf(check: () => void): GraphQLError[] {
  try {
    check()
    return []
  } catch (error) {
    if (error instanceof GraphQLError) return [error]
    throw error
  }
}

function fieldsThatCheckCredentials(schema: GraphQLSchema): ReadonlySet<string> {
  const fields = [schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    Object.values(type?.getFields() ?? {}),
  )
  return new Set(fields.filter(({ extensions }) => extensions.checksCredential === true).map(({ name }) => name))
}
