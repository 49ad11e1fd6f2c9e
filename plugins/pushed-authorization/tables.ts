/** The plugin's own table. */
export interface PushedAuthorizationTables {
  pushed_authorization_request: {
    /** Time at which it is over ‖ SHA-256 of the reference. */
    request_key: Buffer
    app_id: string
    /** JSON: the parameters by name; one that was repeated as an array. */
    params: string
    /** Null until it is used. */
    used_at: number | null
  }
}
