import { type Browser, chromium } from 'playwright-core'
import { needProgram } from './programs.ts'

/** The browser of the tests: Debian's own Chromium. @throws {Error} with a sentence about what to install */
export function findChromium(): Promise<string> {
  return needProgram({
    title: 'Chromium',
    names: ['chromium', 'chromium-browser', 'google-chrome'],
    debianPackages: ['chromium', 'fonts-dejavu-core'],
  })
}

/**
 * A real browser without a screen.
 *
 * @param more arguments beside those that keep it quiet and to itself
 */
export async function launchChromium(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: await findChromium(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  })
}
