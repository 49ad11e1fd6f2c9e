/**
 * Takes the pictures of docs/images: every page, light and dark, on a desktop and on a phone.
 *
 *     node --conditions=source scripts/screenshots.ts              all of them
 *     node --conditions=source scripts/screenshots.ts approve      those whose names begin so
 *
 * It serves on SQLite in a temporary folder, by a clock that stands still: only a page that changed changes its pictures.
 * It needs Chromium, and finds or installs it as the tests do. What pages there are stands in test/pages/every-page.ts.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createClock, createTestServer, type TestServer } from 'grantql/testing'
import type { Browser, Page } from 'playwright-core'
import config from '../grantql.config.ts'
import { EVERY_PAGE, LOOKS, type Look, type Way } from '../test/pages/every-page.ts'
import { sitDown } from '../test/pages/person.ts'
import { launchChromium } from '../test/support/chromium.ts'
import { freePort } from '../test/support/free-port.ts'

const FOLDER = resolve(import.meta.dirname, '../docs/images')
/** What readers of the pictures see, whichever port is free here. */
const ISSUER = 'http://localhost:3000'
const NOW = new Date('2026-03-02T12:00:00Z')
const REQUEST_ID = '3f0c9a54-7d1b-4e86-9a2f-5b8e1c6d0f42'
const CODE = 'gqc_AZ0m7xkPq3RfT1vWnY8bLcD5eHj2uKsGoi4Vw9QyXzE6BtMa'

/** An id and a secret of an app as some dialects make them. */
const SHORT_ID = 'S8yZq3nVb1Lw0TcKx5RgD'
const SHORTENED_SECRET = 'k3Xv9QmTzB...'
const LONG_SECRET = 'Jm4vXr9sTq2LbN8wKc5ZyD0hGf7PaEuVi3RoSx6Yt1MkBn-CdWeQzHjUlFg_ApOvIsTxRyKmLnPqZbVcXwJhGd'

const [prefix = ''] = process.argv.slice(2)
const folder = await mkdtemp(join(tmpdir(), 'grantql-screenshots-'))
const port = await freePort()
const browser = await launchChromium([`--host-resolver-rules=MAP localhost 127.0.0.1:${port}`])
try {
  await mkdir(FOLDER, { recursive: true })
  for (const [name, goThere] of Object.entries(EVERY_PAGE)) {
    if (!name.startsWith(prefix)) continue
    for (const [suffix, look] of Object.entries(LOOKS)) await takePicture(browser, `${name}${suffix}`, look, goThere)
    console.log(name)
  }
} finally {
  await browser.close()
  await rm(folder, { recursive: true, force: true })
}

async function takePicture(browser: Browser, name: string, look: Look, goThere: Way): Promise<void> {
  const server = await startServer(name)
  const context = await browser.newContext({ ...look, locale: 'en-GB', timezoneId: 'UTC' })
  try {
    const page = await context.newPage()
    await goThere(await sitDown(page, server, 'ada'))
    await replaceText(page, /^[0-9a-f]{8}-[0-9a-f-]{27}$/, REQUEST_ID)
    await replaceText(page, /^gqc_[\w-]+$/, CODE)
    await replaceValue(page, /^gqc_[\w-]+$/, CODE)
    await replaceText(page, /^[\w-]{21}$/, SHORT_ID)
    await replaceText(page, /^[\w-]{86}$/, LONG_SECRET)
    await replaceText(page, /^[A-Za-z0-9]{10}\.{3}$/, SHORTENED_SECRET)
    await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: true, animations: 'disabled', caret: 'hide' })
  } finally {
    await context.close()
    await server.close()
  }
}

async function startServer(name: string): Promise<TestServer> {
  const server = await createTestServer({
    ...config,
    issuer: ISSUER,
    databaseUrl: `sqlite:${join(folder, `${name}.db`)}`,
    clock: createClock(NOW),
  })
  await server.server.listen(port)
  return server
}

/** Each request has an id of its own, and each code is another; in pictures they are the same. */
async function replaceText(page: Page, pattern: RegExp, text: string): Promise<void> {
  for (const place of await page.locator('code', { hasText: pattern }).all()) {
    await place.evaluate((element, replacement) => {
      element.textContent = replacement
    }, text)
  }
}

/** The same for what can be copied out of a field. */
async function replaceValue(page: Page, pattern: RegExp, text: string): Promise<void> {
  for (const field of await page.locator('input[readonly]').all()) {
    if (!pattern.test(await field.inputValue())) continue
    await field.evaluate((element, replacement) => {
      element.setAttribute('value', replacement)
    }, text)
  }
}
