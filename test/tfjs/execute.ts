import { writeFileSync } from "node:fs"
import { jasmine } from "./boot.js"
import type { Result } from "./Result.js"

/** Runs the tests that have been imported, and writes what became of each to a file. Ends the process. */
export const execute = async (report: string): Promise<void> => {
  const results: Array<Result> = []
  jasmine.addReporter({
    specDone: ({ fullName, status, failedExpectations }) => {
      const message = failedExpectations[0]?.message.split("\n")[0]!.slice(0, 200) ?? ""
      const name = fullName.replace(` ${process.env["HOLDFAST_BACKEND"]} {}`, "")
      results.push({ name, status, message })
    }
  })
  await jasmine.execute()
  writeFileSync(report, JSON.stringify(results))
  // Timers of the tests would keep the process.
  process.exit()
}
