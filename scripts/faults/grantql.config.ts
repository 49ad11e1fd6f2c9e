import standard from '../../grantql.config.ts'

/**
 * The default deployment, but for one thing: a code that the app itself sends again never ends its tokens while a run
 * lasts, so that a token that is not active is a fault and nothing else.
 */
export default { ...standard, tokens: { doubleSubmitSeconds: 60 } }
