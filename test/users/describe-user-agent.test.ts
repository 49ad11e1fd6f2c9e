import { expect, it } from 'vitest'
import { describeUserAgent } from '../../src/users/describe-user-agent.ts'

const MOZILLA = 'Mozilla/5.0'
const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)'

it.each([
  ['Firefox on Windows', `${MOZILLA} (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0`],
  ['Firefox on Android', `${MOZILLA} (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0`],
  [
    'Firefox on iPhone',
    `${MOZILLA} (iPhone; CPU iPhone OS 18_5 like Mac OS X) ${WEBKIT} FxiOS/140.0 Mobile/15E148 Safari/605.1.15`,
  ],
  [
    'Chromium on Linux',
    `${MOZILLA} (X11; Linux x86_64) ${WEBKIT} Ubuntu Chromium/140.0.0.0 Chrome/140.0.0.0 Safari/537.36`,
  ],
  ['Chrome on Linux', `${MOZILLA} (X11; Linux x86_64) ${WEBKIT} Chrome/140.0.0.0 Safari/537.36`],
  ['Chrome on Linux', `${MOZILLA} (X11; Linux x86_64) ${WEBKIT} HeadlessChrome/140.0.0.0 Safari/537.36`],
  ['Chrome on iPad', `${MOZILLA} (iPad; CPU OS 18_5 like Mac OS X) ${WEBKIT} CriOS/140.0 Mobile/15E148 Safari/604.1`],
  ['Chrome on ChromeOS', `${MOZILLA} (X11; CrOS x86_64 16093.0.0) ${WEBKIT} Chrome/140.0.0.0 Safari/537.36`],
  [
    'Edge on Windows',
    `${MOZILLA} (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0`,
  ],
  [
    'Opera on macOS',
    `${MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Chrome/138.0.0.0 Safari/537.36 OPR/122.0.0.0`,
  ],
  [
    'Samsung Internet on Android',
    `${MOZILLA} (Linux; Android 15; SM-S931B) ${WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`,
  ],
  ['Safari on macOS', `${MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Version/18.5 Safari/605.1.15`],
  [
    'Safari on iPhone',
    `${MOZILLA} (iPhone; CPU iPhone OS 18_5 like Mac OS X) ${WEBKIT} Version/18.5 Mobile/15E148 Safari/604.1`,
  ],
  ['A browser on Linux', `${MOZILLA} (X11; Linux x86_64) Something/1.0`],
  ['curl', 'curl/8.14.1'],
  ['An unknown program', 'node'],
  ['An unknown program', ''],
  ['An unknown program', undefined],
  ['An unknown program', '<script>alert(1)</script> call 0800 123'],
])('%s: %s', (words, userAgent) => {
  expect(describeUserAgent(userAgent)).toBe(words)
})
