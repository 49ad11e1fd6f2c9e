import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/** Ends the output of a run with the line `N passed, N failed`, and `, N skipped` only where something was. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const counts = count(modules, unhandledErrors)
    // Everybody else has had their say by then.
    process.once('exit', (exitCode) => {
      // A run that could not even begin has no test to fail.
      if (exitCode !== 0 && counts.failed === 0) counts.failed = 1
      const { passed, failed, skipped } = counts
      process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)
    })
  }
}

interface Counts {
  passed: number
  failed: number
  skipped: number
}

function count(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): Counts {
  // A file that could not be loaded, a hook that failed and an error outside of any test have no test to fail.
  const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
  for (const module of modules) {
    counts.failed += module.errors().length
    for (const suite of module.children.allSuites()) counts.failed += suite.errors().length
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      if (state === 'passed' || state === 'skipped') counts[state]++
      else counts.failed++
    }
  }
  return counts
}
