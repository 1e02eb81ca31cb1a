import { writeFileSync } from "node:fs"
import { jasmine } from "./boot.js"
import type { Result } from "./Result.js"

/** A test's name without that of the backend. */
const plain = (fullName: string): string =>
  fullName.replace(` ${process.env["HOLDFAST_BACKEND"]} {}`, "")

/** Runs the tests that have been imported, and writes what became of each to a file. Ends the process. */
export const execute = async (report: string): Promise<void> => {
  const results: Array<Result> = []
  jasmine.addReporter({
    // One that ends the process has written its name.
    specStarted: ({ fullName }) => writeFileSync(`${report}.last`, plain(fullName)),
    specDone: ({ fullName, status, failedExpectations }) => {
      const message = failedExpectations[0]?.message.split("\n")[0]!.slice(0, 200) ?? ""
      results.push({ name: plain(fullName), status, message })
    }
  })
  const ending = new Set(JSON.parse(process.env["TFJS_ENDING"] ?? "[]") as Array<string>)
  jasmine.configure({ random: false, specFilter: (spec) => !ending.has(plain(spec.getFullName())) })
  await jasmine.execute()
  writeFileSync(report, JSON.stringify(results))
  // Timers of the tests would keep the process.
  process.exit()
}
