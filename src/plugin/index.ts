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
export * from '../errors/standard.ts'
export type { Session, User } from '../users/user.ts'
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
export { definePlugin, type Plugin, type PluginDefinition } from './define-plugin.ts'
export { type Field, type Fields, type FieldValues, field } from './field.ts'
export type { GraphQLDoor } from './graphql-door.ts'
export type { Issuance, Redemption, RedemptionMark, RepeatedAnswer } from './issuance.ts'
export { type Param, type Params, type ParamValues, param } from './param.ts'
export { provesPkce, readPkceChallenge } from './pkce.ts'
export { formParams, objectParams } from './raw-params.ts'
export type { PresentedCredentials, RawParams, RequestFacts } from './request.ts'
export { type Setting, type Settings, setting } from './setting.ts'
