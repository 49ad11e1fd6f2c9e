import { defineConfig } from 'grantql'
import { authorizationCode } from './plugins/authorization-code/index.ts'
import { clientCredentials } from './plugins/client-credentials/index.ts'
import { code } from './plugins/code/index.ts'
import { deviceCode } from './plugins/device-code/index.ts'
import { introspection } from './plugins/introspection/index.ts'
import { openid } from './plugins/openid/index.ts'
import { passkeySignIn } from './plugins/passkey-sign-in/index.ts'
import { passwordSignIn } from './plugins/password-sign-in/index.ts'
import { refreshToken } from './plugins/refresh-token/index.ts'
import { revocation } from './plugins/revocation/index.ts'

/** The default deployment: what this server can do is what is on this list. */
export default defineConfig({
  plugins: [
    clientCredentials(),
    code(),
    authorizationCode(),
    deviceCode(),
    refreshToken(),
    openid(),
    introspection(),
    revocation(),
    passwordSignIn(),
    passkeySignIn(),
  ],
  scopes: [
    { name: 'read', description: 'Read your data' },
    { name: 'write', description: 'Change your data' },
  ],
})
