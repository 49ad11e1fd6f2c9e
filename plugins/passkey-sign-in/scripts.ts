/** What both scripts share. Written for browsers as it is: it needs no build, and its hash stands in the page's policy. */
const SHARED = `
const ask = async (name) => {
  const query = 'mutation { ' + name + ' { ... on PasskeyOptions { publicKey } ... on Error { message } } }'
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  const { data } = await response.json()
  const answer = data?.[name]
  if (!answer?.publicKey) throw new Error(answer?.message ?? 'The server cannot answer right now. Try again shortly.')
  return JSON.parse(answer.publicKey)
}
const tell = (form, text) => {
  const note = form.querySelector('.note') ?? document.createElement('p')
  note.className = 'note'
  note.setAttribute('role', 'alert')
  note.textContent = text
  form.append(note)
}
const offer = (form, mayDo, run) => {
  form.hidden = false
  if (!mayDo) {
    form.querySelector('button').disabled = true
    return tell(form, 'This browser has no passkeys.')
  }
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const button = form.querySelector('button')
    button.disabled = true
    try {
      form.elements.credential.value = JSON.stringify(await run())
      form.submit()
    } catch (error) {
      const isAuthenticator = error instanceof DOMException
      tell(form, isAuthenticator ? explain(error.name) : error.message)
    } finally {
      button.disabled = false
    }
  })
}
const explain = (name) =>
  name === 'InvalidStateError' ? 'This device has a passkey for your account already.' :
  name === 'SecurityError' ? 'Passkeys do not work at this address.' :
  'No passkey was used: it was cancelled, it took too long, or this device has none for this site.'
`

/** Shows the row of the sign-in page where the browser can do it, and fills it in. */
export const signInScript = `${SHARED}
const form = document.querySelector('form[data-sign-in="passkey"]')
if (form && globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON) {
  offer(form, true, async () => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await ask('startPasskeySignIn'))
    return navigator.credentials.get({ publicKey })
  })
}
`

/** Shows the form that adds a passkey, and fills it in. */
export const registrationScript = `${SHARED}
const form = document.querySelector('form[data-passkey="add"]')
if (form) {
  offer(form, Boolean(globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON), async () => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await ask('startPasskeyRegistration'))
    return navigator.credentials.create({ publicKey })
  })
}
`
