import { defineConfig } from 'grantql'
import { authorizationCode } from './plugins/authorization-code/index.ts'
import { clientAssertion } from './plugins/client-assertion/index.ts'
import { clientCredentials } from './plugins/client-credentials/index.ts'
import { code } from './plugins/code/index.ts'
import { deviceCode } from './plugins/device-code/index.ts'
import { dpop } from './plugins/dpop/index.ts'
import { gridless } from './plugins/gridless/index.ts'
import { implicit } from './plugins/implicit/index.ts'
import { introspection } from './plugins/introspection/index.ts'
import { mastodon } from './plugins/mastodon/index.ts'
import { openid } from './plugins/openid/index.ts'
import { passkeySignIn } from './plugins/passkey-sign-in/index.ts'
import { password } from './plugins/password/index.ts'
import { passwordSignIn } from './plugins/password-sign-in/index.ts'
import { processmaker } from './plugins/processmaker/index.ts'
import { pushedAuthorization } from './plugins/pushed-authorization/index.ts'
import { refreshToken } from './plugins/refresh-token/index.ts'
import { resourceIndicators } from './plugins/resource-indicators/index.ts'
import { revocation } from './plugins/revocation/index.ts'
import { thx } from './plugins/thx/index.ts'
import { usergrid } from './plugins/usergrid/index.ts'

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
    clientAssertion(),
    dpop(),
    resourceIndicators(),
    pushedAuthorization(),
    passwordSignIn(),
    passkeySignIn(),
    password(),
    implicit(),
    mastodon(),
    gridless(),
    usergrid(),
    processmaker(),
    thx(),
  ],
  scopes: [
    { name: 'read', description: 'Read your data' },
    { name: 'write', description: 'Change your data' },
  ],
})
