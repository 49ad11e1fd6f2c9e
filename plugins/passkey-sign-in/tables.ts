/** The plugin's own tables; core knows nothing of passkeys. */
export interface PasskeyTables {
  passkey_sign_in_credential: {
    /** SHA-256 of the credential id; in base64url also the id of the passkey in our API. */
    credential_hash: Buffer
    /** As the authenticator made it: up to 1,023 bytes. */
    credential_id: Buffer
    user_id: string
    /** COSE. */
    public_key: Buffer
    /** How often the authenticator says it has signed; 0 for good where it does not count. */
    counter: number
    /** JSON: how a browser reaches the authenticator. */
    transports: string
    label: string
    created_at: number
    last_used_at: number | null
  }
  passkey_sign_in_challenge: {
    /** Time of issue ‖ SHA-256 of the challenge. */
    challenge_key: Buffer
    /** Whose passkey it is for; null for a sign-in, where that is not known yet. */
    user_id: string | null
  }
}
