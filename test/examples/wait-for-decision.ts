// #region wait
const SUBSCRIPTION = 'subscription ($code: String!) { approvalDecided(code: $code) { status scopes } }'

/** Waits until the user has decided: `APPROVED`, `DENIED` or `EXPIRED`. The stream has one event and ends. */
export async function waitForDecision(issuer: string, code: string): Promise<string> {
  const response = await fetch(`${issuer}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: SUBSCRIPTION, variables: { code } }),
  })
  const [, event] = /^data: (\{.*\})$/m.exec(await response.text()) ?? []
  return JSON.parse(event ?? '{}').data?.approvalDecided?.status
}
// #endregion
