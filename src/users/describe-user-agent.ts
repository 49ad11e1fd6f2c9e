/** By what each browser alone says of itself: most say the names of the others as well, so the order decides. */
const BROWSERS: readonly (readonly [name: string, sign: RegExp])[] = [
  ['Edge', /\bEdg(e|A|iOS)?\//],
  ['Opera', /\b(OPR|Opera|OPT)\b/],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Vivaldi', /\bVivaldi\//],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Chromium', /\bChromium\//],
  ['Chrome', /\b(HeadlessChrome|Chrome|CriOS)\//],
  ['Safari', /\bSafari\//],
  ['curl', /^curl\//],
]

const SYSTEMS: readonly (readonly [name: string, sign: RegExp])[] = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b|\bMacintosh\b/],
  ['Linux', /\bLinux\b|\bX11\b/],
]

/** Longer ones are no browser's. */
const LONGEST = 512

/**
 * Says in a few plain words what a `User-Agent` header claims to be: "Firefox on Windows". Only our own words come out of it,
 * never those of the header.
 */
export function describeUserAgent(userAgent: string | undefined): string {
  if (userAgent === undefined) return 'An unknown program'
  const said = userAgent.slice(0, LONGEST)
  const browser = nameIn(BROWSERS, said)
  const system = nameIn(SYSTEMS, said)
  if (browser !== undefined) return system === undefined ? browser : `${browser} on ${system}`
  return system === undefined ? 'An unknown program' : `A browser on ${system}`
}

function nameIn(signs: readonly (readonly [string, RegExp])[], userAgent: string): string | undefined {
  return signs.find(([, sign]) => sign.test(userAgent))?.[0]
}
