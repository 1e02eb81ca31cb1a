/** What became of a test of TensorFlow.js. */
export interface Result {
  /** Its full name, without the backend's. */
  readonly name: string
  readonly status: "passed" | "failed" | "pending" | "excluded"
  /** The first line of what the first failed expectation says. */
  readonly message: string
}

/** Tests that fail on some backends for one reason. */
export interface Expected {
  readonly why: string
  readonly backends: ReadonlyArray<string>
  readonly tests: ReadonlyArray<string>
  /** Whether they end the process, so that they are not run. */
  readonly ends?: boolean
}

/** How results differ from what is expected: each line names a test and how. */
export const surprises = (
  results: ReadonlyArray<Result>,
  expected: ReadonlyArray<Expected>,
  backend: string
): ReadonlyArray<string> => {
  const failing = new Set(
    expected.filter(({ backends }) => backends.includes(backend)).flatMap(({ tests }) => tests)
  )
  // Some names are used twice: what is expected of one is allowed to the other.
  const failed = new Set(
    results
      .filter(({ status }) => status === "failed" || status === "excluded")
      .map(({ name }) => name)
  )
  const known = new Set(results.map(({ name }) => name))
  return [
    ...results
      .filter(({ name, status }) => status === "failed" && !failing.has(name))
      .map(({ name, message }) => `failed: ${name}\n    ${message}`),
    ...[...failing]
      .filter((name) => !failed.has(name))
      .map((name) =>
        known.has(name) ? `passed, though expected to fail: ${name}` : `no such test: ${name}`
      )
  ]
}
