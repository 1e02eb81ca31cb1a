import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import { fromExit } from "../../src/cli/ExitReport.js"
import { UsageError } from "../../src/cli/UsageError.js"

const interrupt = Cause.interrupt(FiberId.none)
const usage = new UsageError({ reason: "Invalid", found: "what?", nearest: null, help: "x --help" })

describe("ExitReport.fromExit", () => {
  it("prints nothing after success, even if a signal came too late", () => {
    expect(fromExit(Exit.void, null)).toEqual({ code: 0, text: "" })
    expect(fromExit(Exit.void, "SIGINT")).toEqual({ code: 0, text: "" })
  })

  it("encodes the signal in the exit code", () => {
    const codes = (["SIGHUP", "SIGINT", "SIGPIPE", "SIGTERM"] as const).map(
      (signal) => fromExit(Exit.failCause(interrupt), signal).code
    )
    expect(codes).toEqual([129, 130, 141, 143])
    const requeued = (["SIGINT", "SIGTERM"] as const).map(
      (signal) => fromExit(Exit.failCause(interrupt), signal, true).code
    )
    expect(requeued).toEqual([130, 75])
    // Ctrl+D at a question, without a signal.
    expect(fromExit(Exit.failCause(interrupt), null)).toEqual({ code: 130, text: "" })
  })

  it("exits with 1 if something fails while stopping", () => {
    const cause = Cause.sequential(interrupt, Cause.fail(new Error("disk full")))
    expect(fromExit(Exit.failCause(cause), "SIGINT")).toEqual({ code: 1, text: "error: disk full" })
  })

  it("exits with 2 for a wrong command line", () => {
    expect(fromExit(Exit.fail(usage), null)).toEqual({
      code: 2,
      text: "error: what?\nsee x --help"
    })
  })

  it("shows failures that are not errors", () => {
    expect(fromExit(Exit.fail("plain"), null).text).toBe("error: plain")
    expect(fromExit(Exit.fail({ a: 1 }), null).text).toBe('error: {\n  "a": 1\n}')
  })

  it("shows only the frames of a defect's stack that may be the reader's", () => {
    const defect = new TypeError("oops")
    defect.stack = [
      "TypeError: oops",
      "    at own (file:///home/me/pipeline.ts:3:9)",
      "    at run (file:///home/me/node_modules/effect/dist/esm/Effect.js:1:1)",
      "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)"
    ].join("\n")
    expect(fromExit(Exit.die(defect), null).text).toBe(
      "error: this is a bug in holdfast or in your pipeline\n" +
        "TypeError: oops\n    at own (file:///home/me/pipeline.ts:3:9)"
    )
  })

  it("shows every error, defects with their names", () => {
    const defect = new TypeError("oops")
    defect.stack = "TypeError: oops"
    const cause = Cause.parallel(Cause.fail(new Error("one")), Cause.die(defect))
    expect(fromExit(Exit.failCause(cause), null)).toEqual({
      code: 1,
      text: "error: one\nerror: this is a bug in holdfast or in your pipeline\nTypeError: oops"
    })
  })
})
