import { OUT_OF_BAND } from './out-of-band.ts'

/**
 * What `form-action` of a content security policy has to name, beside `'self'`, on a page whose form ends at an app: by a
 * redirect after its POST, or by posting there. The scheme alone: a browser may hold every redirect after a POST to it, and
 * where an app's redirect URI sends people on is for the app. `http:` lets https through as well, and nothing is named out of
 * band.
 *
 * @see CSP Level 3 §6.4.1, docs/adr/0018-forms-end-wherever-an-app-leads.md
 */
export function formTargets(redirectUri: string): readonly string[] {
  return redirectUri === OUT_OF_BAND ? [] : [new URL(redirectUri).protocol]
}
