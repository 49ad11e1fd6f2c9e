/** `grantql/testing`: a server in memory, a movable clock, and the conformance kit for grants. */
export { createClock, type TestClock } from './clock.ts'
export { type GrantUnderTest, type KitCase, type ReadyExchange, testGrant } from './test-grant.ts'
export {
  createTestServer,
  type GraphQLAnswer,
  type RestAnswer,
  type TestApp,
  type TestServer,
  type TestServerOptions,
  type TestUser,
} from './test-server.ts'
