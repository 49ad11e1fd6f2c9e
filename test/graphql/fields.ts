/**
 * Every field of both schemas, by who may read what is behind it. A field that is not on this list fails the matrix: whoever
 * adds one says here whose it is.
 */
export const FIELDS_BY_READER: Readonly<Record<string, readonly string[]>> = {
  /** What the server says about itself. */
  everybody: [
    'Query.grants',
    'Query.scopes',
    'Grant.grantType Grant.mutation Grant.spec Grant.description Grant.params Grant.isSelfService Grant.isLegacy',
    'GrantParam.name GrantParam.wireName GrantParam.description GrantParam.isRequired',
    'Scope.name Scope.description Scope.isSelfService',
  ],
  /** Fields that lead to something and say nothing by themselves. */
  'whoever may read what it leads to': [
    'Query.viewer Query.app Query.apps Query.node Query.nodes Query.approval',
    'AppConnection.edges AppConnection.pageInfo AppConnection.totalCount AppEdge.node AppEdge.cursor',
    'PageInfo.hasNextPage PageInfo.hasPreviousPage PageInfo.startCursor PageInfo.endCursor',
    'Subscription.approvalDecided',
  ],
  'its owner and admins': [
    'App.id App.clientId App.dialect App.name App.type App.grants App.scopes App.redirectUris App.privileges App.isDisabled App.createdAt',
    'App.owner',
    'AppCredentials.app AppCredentials.clientSecret DeletedApp.id AssertionSecret.secret',
  ],
  'the user and admins': [
    'User.id User.username User.role User.isDisabled User.createdAt User.apps User.connectedApps User.sessions',
    'User.profile',
    'Profile.name Profile.givenName Profile.familyName Profile.middleName Profile.nickname Profile.preferredUsername',
    'Profile.profile Profile.picture Profile.website Profile.email Profile.emailVerified Profile.gender Profile.birthdate',
    'Profile.zoneinfo Profile.locale Profile.phoneNumber Profile.phoneNumberVerified Profile.address Profile.updatedAt',
    'Address.formatted Address.streetAddress Address.locality Address.region Address.postalCode Address.country',
    'ConnectedApp.id ConnectedApp.app ConnectedApp.scopes ConnectedApp.createdAt',
    'UserSession.id UserSession.createdAt UserSession.isCurrent UserSession.description UserSession.expiresAt',
    'DisconnectedApp.id EndedSessions.count',
  ],
  'the user alone': [
    'Query.passkeys',
    'Passkey.id Passkey.label Passkey.createdAt Passkey.lastUsedAt RemovedPasskey.id',
  ],
  'whoever asks, for one try': ['PasskeyOptions.publicKey'],
  'whoever has just signed in': ['Session.token Session.expiresAt Session.user', 'SignedOut.done'],
  'the first user who types the code': [
    'DeviceRequest.handle DeviceRequest.program DeviceRequest.address DeviceRequest.isNearby',
  ],
  'whoever holds an access token of the user': ['UserInfo.subject UserInfo.claims'],
  'whoever holds the code or the handle': [
    'Approval.asks ApprovalAsk.term ApprovalAsk.text',
    'Approval.id Approval.status Approval.scopes Approval.app Approval.createdAt Approval.expiresAt Approval.redirectTo',
    'Approval.answerForm AnswerForm.redirectUri AnswerForm.fields AnswerField.name AnswerField.value',
    'RequestingApp.name',
  ],
  'the app that authenticates': [
    'TokenSet.accessToken TokenSet.tokenType TokenSet.expiresInSeconds TokenSet.scopes TokenSet.refreshToken TokenSet.idToken',
    'CodeRequest.code CodeRequest.handle CodeRequest.approveUrl CodeRequest.expiresInSeconds CodeRequest.intervalSeconds',
    'DeviceCodeRequest.deviceCode DeviceCodeRequest.userCode DeviceCodeRequest.verificationUri',
    'DeviceCodeRequest.verificationUriComplete DeviceCodeRequest.expiresInSeconds DeviceCodeRequest.intervalSeconds',
    'GridlessCodeRequest.code GridlessCodeRequest.approveUrl GridlessCodeRequest.expiresInSeconds',
    'TokenIntrospection.active TokenIntrospection.scopes TokenIntrospection.clientId TokenIntrospection.dialect',
    'TokenIntrospection.username TokenIntrospection.tokenType TokenIntrospection.expiresAt TokenIntrospection.issuedAt TokenIntrospection.subject',
    'TokenIntrospection.audience TokenIntrospection.issuer TokenIntrospection.tokenId TokenIntrospection.confirmation',
    'TokenRevocation.done',
    'PushedAuthorizationRequest.requestUri PushedAuthorizationRequest.expiresInSeconds',
  ],
  admins: [
    'Query.user Query.users Query.settings Query.signingKeys Query.auditEvents',
    'UserConnection.edges UserConnection.pageInfo UserConnection.totalCount UserEdge.node UserEdge.cursor',
    'AuditEventConnection.edges AuditEventConnection.pageInfo AuditEventEdge.node AuditEventEdge.cursor',
    'AuditEvent.id AuditEvent.kind AuditEvent.appId AuditEvent.userId AuditEvent.requestId AuditEvent.details AuditEvent.createdAt',
    'Setting.name Setting.description Setting.kind Setting.value Setting.default Setting.minimum Setting.maximum Setting.choices Setting.isPerApp',
    'SigningKey.kid SigningKey.algorithm SigningKey.state SigningKey.createdAt SigningKey.activeAt SigningKey.retiringAt SigningKey.retiredAt',
    'RotatedKeys.keys',
    'App.settings AppSetting.name AppSetting.value',
  ],
}

/** Every mutation of both schemas. What somebody else does with each, aimed at the victim, is in the matrix. */
export const MUTATIONS: readonly string[] = [
  'createApp updateApp deleteApp rotateAppSecret addAssertionSecret',
  'approve deny',
  'signIn signOut endSession endOtherSessions disconnectApp',
  'startPasskeyRegistration finishPasskeyRegistration removePasskey startPasskeySignIn finishPasskeySignIn',
  'clientCredentials requestCode claimToken introspectToken revokeToken userInfo',
  'exchangePassword createPersonalAccessToken',
  'requestDeviceCode enterUserCode claimDeviceToken pushAuthorizationRequest',
  'requestGridlessCode claimGridlessToken',
  'updateProfile updateUserProfile',
  'createUser updateUser updateSetting updateAppSetting rotateKeys',
]
