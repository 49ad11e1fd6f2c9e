import type { ScopeDeclaration } from 'grantql/plugin'

/** Everything that a person can do but for their password, their email, their second factor, and apps of their own. */
export const FULL_CLIENT_SCOPE = 'client'

/** By the names and the display names of the Gridless documentation. */
export const scopes: readonly ScopeDeclaration[] = [
  { name: 'user.read', description: 'Use your email address and phone number' },
  { name: 'user.post', description: 'Post to your profile as you' },
  { name: 'user.addbot', description: 'Link bots to your account' },
  { name: 'user.impersonate', description: 'Post as you to your Profile and Flows' },
  { name: 'flow.new', description: 'Create Flows on your behalf' },
  { name: 'flow.list', description: 'Discover your public and private Flows' },
  { name: 'flow.join', description: 'Join Flows for you' },
  { name: 'flow.follow', description: 'Follow and unfollow Flows for you' },
  { name: 'flow.view.private', description: 'View your private Flows it already knows about' },
  { name: 'flow.read.public', description: 'Read and respond to Content in public Flows as you' },
  { name: 'flow.read.private', description: 'Read and respond to Content in private Flows as you' },
  { name: 'flow.post', description: 'Post to Flows as you' },
  { name: 'flow.content.post', description: 'Post Content to your Flows' },
  { name: 'flow.content.manage', description: 'Pin, edit, and delete Content in your Flows' },
  { name: 'flow.impersonate', description: 'Post to Flows in your name' },
  { name: 'flow.update', description: 'Change settings in your Flows' },
  { name: 'flow.delete', description: 'Delete your Flows' },
  { name: 'flow.addbot', description: 'Link bots to your Flows' },
  { name: 'content.attachments.upload', description: 'Upload attachments' },
  { name: FULL_CLIENT_SCOPE, description: 'Act as a full client: do nearly everything that you can' },
]

const DANGEROUS = new Set(['flow.post', 'user.post', 'flow.content.manage', 'flow.delete', 'user.impersonate'])

/** Whether a person should think twice about it. */
export function isDangerous(scope: string): boolean {
  return DANGEROUS.has(scope)
}

/** What a person reads; the scope itself where Gridless has no sentence for it. */
export function displayName(scope: string): string {
  return scopes.find(({ name }) => name === scope)?.description ?? scope
}
