/**
 * Takes the pictures of docs/images: every page, light and dark, on a desktop and on a phone.
 *
 *     node --conditions=source scripts/screenshots.ts              all of them
 *     node --conditions=source scripts/screenshots.ts approve      those whose names begin so
 *
 * It serves on SQLite in a temporary folder by a clock that stands still, so that only a changed page changes its picture.
 * It needs Chromium (Debian's package, or CHROMIUM=/path/to/it).
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createTestServer, type TestApp, type TestServer } from 'grantql/testing'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import config from '../grantql.config.ts'

const FOLDER = resolve(import.meta.dirname, '../docs/images')
const HOST = 'localhost:3000'
const ISSUER = `http://${HOST}`
const NOON = new Date('2026-03-02T12:00:00Z')
const REQUEST_ID = '0b8f3c52-6a1e-4d0c-9f57-2f6b1f0c7a11'
const PERSON = { username: 'ada', password: 'correct horse battery staple' }

/** What a page needs before it can be looked at. */
interface Stage {
  readonly page: Page
  readonly server: TestServer
  readonly app: TestApp
  open(path: string): Promise<void>
  signIn(returnTo?: string): Promise<void>
  /** The path of a new request for ada's yes. */
  request(): Promise<string>
}

/** Every page by the name of its picture: the way to it, as a person goes it. A later page is one line. */
const PAGES: Readonly<Record<string, (stage: Stage) => Promise<unknown>>> = {
  welcome: ({ open }) => open('/'),
  'sign-in': ({ open }) => open('/sign-in'),
  'sign-in-mistake': ({ open, page }) => open('/sign-in').then(() => signIn(page, 'not the password')),
  'signed-in': ({ signIn }) => signIn(),
  approve: async ({ request, signIn }) => signIn(await request()),
  approved: async ({ request, signIn, page }) => signIn(await request()).then(() => press(page, 'Approve')),
  denied: async ({ request, signIn, page }) => signIn(await request()).then(() => press(page, 'Deny')),
  'decided-already': async ({ request, signIn, open, page }) => {
    const path = await request()
    await signIn(path)
    await press(page, 'Approve')
    await page.context().clearCookies()
    await open(path)
    await signIn(path, 'grace')
  },
  'too-old': async ({ request, signIn, server }) => {
    const path = await request()
    server.clock.pass({ seconds: 601 })
    await signIn(path)
  },
  error: async ({ signIn }) => signIn('/approve/nothing-has-this-handle'),
}

const LOOKS = [
  { suffix: '', colorScheme: 'light', viewport: { width: 1200, height: 780 }, scale: 1 },
  { suffix: '.dark', colorScheme: 'dark', viewport: { width: 1200, height: 780 }, scale: 1 },
  { suffix: '.phone', colorScheme: 'light', viewport: { width: 390, height: 800 }, scale: 1.5 },
  { suffix: '.phone.dark', colorScheme: 'dark', viewport: { width: 390, height: 800 }, scale: 1.5 },
] as const
type Look = (typeof LOOKS)[number]
