import type { ScopeDeclaration } from 'grantql/plugin'

/** The scopes of OpenID Connect Core §3.1.2.1, §5.4 and §11, as the person who decides reads them. */
export const scopes: readonly ScopeDeclaration[] = [
  { name: 'openid', description: 'Know who you are', forUsers: true },
  { name: 'profile', description: 'See your profile: your name, your picture, your language', forUsers: true },
  { name: 'email', description: 'See your email address', forUsers: true },
  { name: 'address', description: 'See your postal address', forUsers: true },
  { name: 'phone', description: 'See your phone number', forUsers: true },
  { name: 'offline_access', description: 'Stay connected while you are away', forUsers: true },
]
