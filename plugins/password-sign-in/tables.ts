/** The plugin's own tables; core knows nothing of passwords. */
export interface PasswordTables {
  password_sign_in_credential: {
    user_id: string
    /** scrypt in PHC string form. */
    phc: string
    updated_at: number
  }
  password_sign_in_invitation: {
    /** Time ‖ SHA-256 of what the link carries. */
    token_key: Buffer
    username: string
    role: 'user' | 'admin'
    email: string | null
    /** Null where an app with an admin's token invited. */
    invited_by: string | null
    used_at: number | null
    expires_at: number
  }
}
