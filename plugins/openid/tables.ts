/** An app that was told of a session by an ID token, and that wants to be told of its end. */
export interface SessionAppTable {
  session_id: string
  app_id: string
  /** How the app knows the user of the session. */
  subject: string
  /** Milliseconds since the epoch; the session's own end. */
  expires_at: number
}

/** The tables of this plugin. */
export interface OpenidTables {
  openid_session_app: SessionAppTable
}
