/** The plugin's own tables: which ids were given out, and the secrets that are shown again. */
export interface ProcessmakerTables {
  processmaker_client_id: {
    /** Given out once, and never again: an app that is deleted leaves its number behind. */
    client_id: number
  }
  processmaker_client_secret: {
    app_id: string
    /** The newest secret of the app, sealed for this row. */
    sealed_secret: Buffer
    /** When the secret was made, or the client was saved here. */
    updated_at: number
  }
}
