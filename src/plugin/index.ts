/** `grantql/plugin`: everything that a plugin may import from GrantQL. */

export type { Approval, ApprovalStatus } from '../approvals/approval.ts'
export type { App, AppPrivilege, AppType } from '../apps/app.ts'
export {
  type AnyErrorClass,
  defineError,
  type ErrorDeclaration,
  OAuthError,
  type OAuthErrorClass,
} from '../errors/oauth-error.ts'
export { OutgoingError, type OutgoingFailure } from '../errors/outgoing-error.ts'
export * from '../errors/standard.ts'
export { networkPrefix } from '../limits/network-prefix.ts'
export { describeUserAgent } from '../users/describe-user-agent.ts'
export type { Address, Profile } from '../users/profile.ts'
export type { Authentication, Session, User } from '../users/user.ts'
export { bearerToken } from './bearer-token.ts'
export type * from './context.ts'
export type * from './contributions.ts'
export {
  type ClientAuthPolicy,
  defineGrant,
  type Grant,
  type GrantDefinition,
  type RefreshPolicy,
} from './define-grant.ts'
export { defineOperation, type OperationDefinition, type PluginOperation } from './define-operation.ts'
export { definePlugin, type MetadataContext, type Plugin, type PluginDefinition } from './define-plugin.ts'
export type * from './dialect.ts'
export { type Field, type Fields, type FieldValues, field } from './field.ts'
export { formTargets } from './form-targets.ts'
export type { GraphQLDoor } from './graphql-door.ts'
export type { Issuance, Provenance, Redemption, RedemptionMark, RepeatedAnswer } from './issuance.ts'
export type { NetworkLimit, NetworkLimits } from './limit.ts'
export { readLooseParams } from './loose-params.ts'
export { OUT_OF_BAND } from './out-of-band.ts'
export type * from './outgoing.ts'
export { type Param, type Params, type ParamValues, param } from './param.ts'
export { provesPkce, readPkceChallenge } from './pkce.ts'
export { keySetMistake, publicJwkMistake } from './public-jwk.ts'
export { formParams, formText, objectParams } from './raw-params.ts'
export type { PresentedCredentials, RawParams, RequestFacts } from './request.ts'
export { type Setting, type SettingFormat, type Settings, setting } from './setting.ts'
