import axe from 'axe-core'
import { createTestServer, type TestServer } from 'grantql/testing'
import type { Browser, Page, Response } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import config from '../../grantql.config.ts'
import { pageRoutes } from '../../src/http/page-routes.ts'
import { launchChromium } from '../support/chromium.ts'
import { databases, type TestDatabase } from '../support/database.ts'
import { freePort } from '../support/free-port.ts'
import { EVERY_PAGE, LOOKS, TAKES_JAVASCRIPT } from './every-page.ts'
import { APP_SITE, sitDown } from './person.ts'

const AXE_OPTIONS = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'],
  rules: { 'target-size': { enabled: true } },
}

let chromium: Browser
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(() => chromium.close())

/** The default deployment on a database, with a way to watch what a browser makes of it. */
function deployOn(database: TestDatabase) {
  let server: TestServer
  let issuer: string
  /** Paths of the pages that were shown or led through. */
  const seen = new Set<string>()

  beforeAll(async () => {
    const port = await freePort()
    issuer = `http://localhost:${port}`
    server = await createTestServer({ ...config, issuer, databaseUrl: await database.url() })
    await server.server.listen(port)
  })
  afterAll(() => server.close())

  const watch = async (javaScriptEnabled: boolean) => {
    const page = await (await chromium.newContext({ javaScriptEnabled, reducedMotion: 'reduce' })).newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      // That a page answers 404 or 422 is no fault of the page.
      if (!message.text().startsWith('Failed to load resource: the server responded with'))
        complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    const answers: Response[] = []
    page.on('response', (response) => {
      if (!response.url().startsWith(issuer) || !response.request().isNavigationRequest()) return
      answers.push(response)
      seen.add(new URL(response.url()).pathname)
    })
    page.on('request', (request) => {
      const isOurs = [issuer, APP_SITE, 'data:'].some((start) => request.url().startsWith(start))
      if (!isOurs) complaints.push(`loads ${request.url()}`)
    })
    return { page, complaints, answers, [Symbol.asyncDispose]: () => page.context().close() }
  }
  return { server: () => server, seen, watch }
}

describe.each(databases)('every page ($name)', (database) => {
  const { server, watch } = deployOn(database)

  it.each(Object.entries(EVERY_PAGE).filter(([name]) => !TAKES_JAVASCRIPT.has(name)))(
    '%s: a person gets there without JavaScript',
    async (name, goThere) => {
      await using visit = await watch(false)
      const { page, complaints } = visit
      await goThere(await sitDown(page, server(), `ann-at-${name}`))
      expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
      expect(await overflow(page)).toBe(0)
      expect(complaints).toEqual([])
    },
  )
})

// How a page looks does not depend on the database, and axe takes its time.
describe.each(databases.slice(0, 1))('the look of every page ($name)', (database) => {
  const { server, seen, watch } = deployOn(database)

  it.each(Object.entries(EVERY_PAGE))('%s: axe, light and dark, on a desktop and on a phone', async (name, goThere) => {
    await using visit = await watch(true)
    const { page, complaints, answers } = visit
    await goThere(await sitDown(page, server(), `ada-at-${name}`))
    for (const response of answers) expectSafe(response)
    expect(complaints).toEqual([])
    await page.evaluate(axe.source)
    for (const { viewport, colorScheme } of Object.values(LOOKS)) {
      await page.setViewportSize(viewport)
      await page.emulateMedia({ colorScheme })
      expect(await violations(page), `${colorScheme}, ${viewport.width} wide`).toEqual([])
      expect(await overflow(page), `${colorScheme}, ${viewport.width} wide`).toBe(0)
    }
  })

  it('is on the list, if the default deployment shows it', () => {
    const shown = pageRoutes(server().server.core, 'localhost').filter(({ method }) => method === 'GET')
    const missing = shown.filter(({ path }) => ![...seen].some((each) => isAt(path, each)))
    expect(missing.map(({ path }) => path)).toEqual([])
  })
})

/** It cannot be framed, kept or sniffed, and tells nobody where a person comes from (RFC 9700 §4.2, §4.16). */
function expectSafe(response: Response): void {
  const headers = response.headers()
  expect(headers, response.url()).toMatchObject({
    'x-frame-options': 'DENY',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringMatching(
      /^default-src 'none'; (?!.*(unsafe|\*)).*; frame-ancestors 'none'; base-uri 'none'$/,
    ),
  })
}

async function violations(page: Page): Promise<readonly string[]> {
  const { violations } = (await page.evaluate(`axe.run(document, ${JSON.stringify(AXE_OPTIONS)})`)) as axe.AxeResults
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  )
}

const overflow = (page: Page) =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')

function isAt(pattern: string, path: string): boolean {
  return new RegExp(`^${pattern.replace(/:\w+/g, '[^/]+')}$`).test(path)
}
