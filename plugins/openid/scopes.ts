import type { ScopeDeclaration } from 'grantql/plugin'

/** The scopes of OpenID Connect Core §3.1.2.1, §5.4 and §11, as the person who decides reads them. */
export const scopes: readonly ScopeDeclaration[] = [
  { name: 'openid', description: 'Know who you are' },
  { name: 'profile', description: 'See your profile: your name, your picture, your language' },
  { name: 'email', description: 'See your email address' },
  { name: 'address', description: 'See your postal address' },
  { name: 'phone', description: 'See your phone number' },
  { name: 'offline_access', description: 'Stay connected while you are away' },
]
