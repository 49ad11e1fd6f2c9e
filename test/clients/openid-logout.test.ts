import * as client from 'openid-client'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { authorizationCode } from '../../plugins/authorization-code/index.ts'
import { openid } from '../../plugins/openid/index.ts'
import { launchChromium } from '../support/chromium.ts'
import { describeEachServer } from '../support/server.ts'
import { PASSWORD, type Site, signIn, startSite, visitWithin } from './site.ts'

let chromium: Browser
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(() => chromium.close())

describeEachServer(
  'signing out at the request of openid-client, unmodified, in a real browser (RP-Initiated Logout 1.0)',
  () => ({ plugins: [authorizationCode(), openid()] }),
  (server) => {
    let site: Site
    beforeAll(async () => {
      await server().createUser({ username: 'ada', password: PASSWORD })
      site = await startSite()
    })
    afterAll(() => site.close())

    async function configure() {
      const { app, clientSecret = '' } = await server().createApp({
        name: 'Weather',
        grants: ['authorization_code'],
        scopes: ['openid'],
        redirectUris: [site.callback],
      })
      const settings = { 'openid.postLogoutRedirectUris': [`${site.callback}/signed-out`] }
      await server().core.apps.update({ ...app, settings }, app)
      return client.discovery(new URL(server().url), app.clientId, undefined, client.ClientSecretBasic(clientSecret), {
        execute: [client.allowInsecureRequests],
      })
    }

    async function signInByApp(context: BrowserContext, configuration: client.Configuration): Promise<string> {
      const pkceCodeVerifier = client.randomPKCECodeVerifier()
      const checks = { pkceCodeVerifier, expectedState: client.randomState(), idTokenExpected: true }
      const url = client.buildAuthorizationUrl(configuration, {
        redirect_uri: site.callback,
        scope: 'openid',
        state: checks.expectedState,
        code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
      })
      const back = await visitWithin(context, site, url, async (page) => {
        await signIn(page)
        await page.getByRole('button', { name: 'Approve' }).click()
      })
      return (await client.authorizationCodeGrant(configuration, back.url, checks)).id_token ?? ''
    }

    async function isSignedIn(context: BrowserContext): Promise<boolean> {
      const page = await context.newPage()
      await page.goto(`${server().url}/account`)
      const { pathname } = new URL(page.url())
      await page.close()
      return pathname === '/account'
    }

    it('with the ID token: the browser is signed out and back at the app, with its state', async () => {
      const configuration = await configure()
      const context = await chromium.newContext()
      const idToken = await signInByApp(context, configuration)
      expect(await isSignedIn(context)).toBe(true)
      const state = client.randomState()
      const url = client.buildEndSessionUrl(configuration, {
        id_token_hint: idToken,
        post_logout_redirect_uri: `${site.callback}/signed-out`,
        state,
      })
      const back = await visitWithin(context, site, url, async () => {})
      expect(back.url.pathname).toBe('/cb/signed-out')
      expect(Object.fromEntries(back.url.searchParams)).toEqual({ state })
      expect(await isSignedIn(context)).toBe(false)
      await context.close()
    })

    it('without it: the person is asked, and gets to the app by the button', async () => {
      const configuration = await configure()
      const context = await chromium.newContext()
      await signInByApp(context, configuration)
      const url = client.buildEndSessionUrl(configuration, {
        post_logout_redirect_uri: `${site.callback}/signed-out`,
        state: 'x',
      })
      const back = await visitWithin(context, site, url, async (page) => {
        await page.getByRole('main').getByRole('button', { name: 'Sign out' }).click()
      })
      expect(back.url.searchParams.get('state')).toBe('x')
      expect(await isSignedIn(context)).toBe(false)
      await context.close()
    })

    it('by a form of the app’s own site: the same, though no cookie comes with it (§2)', async () => {
      const configuration = await configure()
      const context = await chromium.newContext()
      const idToken = await signInByApp(context, configuration)
      const page = await context.newPage()
      await page.goto(site.callback.replace('127.0.0.1', 'localhost').replace('/cb', '/app'))
      await page.setContent(`<form method="post" action="${server().url}/oauth/logout">
        <input name="id_token_hint" value="${idToken}">
        <input name="post_logout_redirect_uri" value="${site.callback}/signed-out"><button>Leave</button></form>`)
      await page.getByRole('button', { name: 'Leave' }).click()
      await page.waitForURL(`${site.callback}/signed-out`)
      expect(await isSignedIn(context)).toBe(false)
      await context.close()
    })
  },
)
