/** The plugin's own table; core knows nothing of passwords. */
export interface PasswordTables {
  password_sign_in_credential: {
    user_id: string
    /** scrypt in PHC string form. */
    phc: string
    updated_at: number
  }
}
