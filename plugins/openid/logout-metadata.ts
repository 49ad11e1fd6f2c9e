import type { MetadataContext } from 'grantql/plugin'

export const LOGOUT_PATH = '/oauth/logout'

/** What logout adds to the metadata document (RP-Initiated Logout §2.1, Back-Channel Logout §2.1). */
export function logoutMetadata({ url }: MetadataContext) {
  return {
    end_session_endpoint: url(LOGOUT_PATH).href,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  }
}
