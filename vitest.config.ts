import { defaultClientConditions, defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  // `grantql/plugin` and its siblings resolve to src, as they do for Node with --conditions=source.
  resolve: { conditions: ['source', ...defaultClientConditions] },
  ssr: { resolve: { conditions: ['source', ...defaultServerConditions], externalConditions: ['source'] } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', './test/support/reporter.ts'],
    pool: 'forks',
    maxWorkers: 2,
    execArgv: ['--conditions=source'],
    // Long enough for a slow machine: a test that hangs ends, and nothing is measured by it.
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
})
