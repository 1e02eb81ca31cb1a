import { describe, expect, it } from "@effect/vitest"
import { type Result, surprises } from "./Result.js"

const results: ReadonlyArray<Result> = [
  { name: "adds", status: "passed", message: "" },
  { name: "is complex", status: "failed", message: "no kernel" },
  { name: "waits", status: "pending", message: "" }
]
const expecting = (...tests: ReadonlyArray<string>) => [{ why: "", backends: ["wasm"], tests }]

describe("the results of TensorFlow.js' own tests", () => {
  it("are as expected where what fails is listed for the backend", () => {
    expect(surprises(results, expecting("is complex"), "wasm")).toEqual([])
    expect(surprises(results, expecting("is complex"), "cpu")).toEqual([
      "failed: is complex\n    no kernel"
    ])
  })

  it("are not where what is listed passes, or is not there", () => {
    expect(surprises(results, expecting("is complex", "adds", "subtracts"), "wasm")).toEqual([
      "passed, though expected to fail: adds",
      "no such test: subtracts"
    ])
  })
})
