export { createClock, type TestClock } from '../../src/testing/clock.ts'
