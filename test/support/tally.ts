import type { Reporter, TestModule } from "vitest/node"

/** Ends a test run with one plain line that says how many tests passed and failed. */
export default class Tally implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, errors: ReadonlyArray<unknown>): void {
    const states = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => test.result().state)
    )
    const count = (state: string) => states.filter((each) => each === state).length
    // A file that does not even load has no tests to count.
    const broken = modules.filter((module) => module.errors().length > 0).length
    const failed = count("failed") + broken + errors.length
    const skipped = count("skipped")
    if (skipped > 0) process.stdout.write(`${skipped} skipped\n`)
    process.stdout.write(`${count("passed")} passed, ${failed} failed\n`)
  }
}
