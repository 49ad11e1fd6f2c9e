export interface ClientAssertionTables {
  /** Secrets that apps sign with: unlike those that they send, they are needed to verify, so they are sealed, not hashed. */
  client_assertion_secret: {
    id: string
    app_id: string
    sealed_secret: Buffer
    created_at: number
    /** Null until another takes its place. */
    expires_at: number | null
  }
}
