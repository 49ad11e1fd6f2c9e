/** The page of that system on which its clients are. */
export const AUTH_CLIENTS_PATH = '/admin/auth-clients'
