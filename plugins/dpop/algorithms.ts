/** What proofs may be signed with. Never `none`, and nothing symmetric (RFC 9449 §4.2). */
export const ALGORITHMS = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'PS256', 'RS256'] as const
