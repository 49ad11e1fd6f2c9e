/** The plugin's own table: which request a code that people type stands for. The request itself is core's approval. */
export interface DeviceCodeTables {
  device_code_user_code: {
    /** A keyed digest of the code: it has too few bits for a plain hash. */
    code_key: Buffer
    /** The handle of the approval, sealed for this row. */
    sealed_handle: Buffer
    /** Who typed it first; from then on it leads nobody else anywhere. */
    opened_by: string | null
    expires_at: number
  }
}
