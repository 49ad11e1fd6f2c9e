import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'

export const PASSWORD = 'correct horse battery'

/** What an app is sent back: a GET with a query, or a POSTed form. */
export interface Arrived {
  readonly url: URL
  readonly method: string
  readonly body: string
}

/** The web site of an app, as far as answers come to it. */
export interface Site {
  /** Its redirect URI. */
  readonly callback: string
  /** What came last; it is taken. */
  takeArrived(): Arrived
  close(): Promise<void>
}

export async function startSite(): Promise<Site> {
  const arrived: Arrived[] = []
  const site = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      if (request.url?.startsWith('/cb')) {
        arrived.push({ url: new URL(request.url, callback), method: request.method ?? '', body })
      }
      response.setHeader('content-type', 'text/html').end('<!doctype html><link rel="icon" href="data:,"><h1>App</h1>')
    })
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  const callback = `http://127.0.0.1:${(site.address() as AddressInfo).port}/cb`
  return {
    callback,
    takeArrived() {
      const last = arrived.pop()
      if (!last) throw new Error('Nothing arrived at the app.')
      return last
    },
    close: () => new Promise((resolve) => site.close(() => resolve())),
  }
}

/** The person `ada`: opens the URL in a new browser, signs in, says yes, and lands at the app. */
export async function visit(chromium: Browser, site: Site, url: URL): Promise<Arrived> {
  const context = await chromium.newContext()
  const back = await visitWithin(context, site, url, async (page) => {
    await signIn(page)
    await page.getByRole('button', { name: 'Approve' }).click()
  })
  await context.close()
  return back
}

/** The same in a browser that may know them already: `act` is all that they do there. Pages may not complain. */
export async function visitWithin(
  context: BrowserContext,
  site: Site,
  url: URL,
  act: (page: Page) => Promise<void>,
): Promise<Arrived> {
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(url.href)
  await act(page)
  await page.waitForURL(`${site.callback}**`)
  await page.close()
  expect(complaints).toEqual([])
  return site.takeArrived()
}

export async function signIn(page: Page): Promise<void> {
  await page.getByLabel('Your user name').fill('ada')
  await page.getByLabel('Your password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}
