import { makeRunMain } from "@effect/platform/Runtime"
import type * as Effect from "effect/Effect"
import * as Report from "./Report.js"
import type { Inbox, Signal } from "./Signals.js"
import * as Signals from "./Signals.js"

/** One Ctrl+C can arrive twice, from the terminal and relayed by npm: milliseconds to ignore. */
const echo = 1000

/** Milliseconds after which a stop that takes its time says so. */
const patience = 500

/** The longest that a timer of Node can wait, in milliseconds. */
const longest = 2 ** 31 - 1

/**
 * Runs `main` as the process.
 *
 * The first SIGINT, SIGTERM or SIGHUP interrupts it and waits for its finalizers, after SIGTERM for
 * no longer than the inbox grants, else however long they take; another one, more than a second
 * later, ends the process at once. A closed pipe behind standard output stops it like a signal.
 * SIGUSR1 is a request to save. Exits with 0, 1 after an error, 2 after a wrong command line, or
 * 128 and the signal's number.
 */
export const runMain = (
  main: Effect.Effect<void, unknown>,
  options: {
    readonly inbox: Inbox
    /** What to say on standard error when stopping takes its time. */
    readonly stopping: string
    /** What to say there when the time to stop is over. */
    readonly outOfTime: (seconds: number) => string
  }
): void => {
  const { inbox, outOfTime, stopping } = options
  makeRunMain(({ fiber, teardown }) => {
    const keepAlive = setInterval(() => {}, longest)
    let first = 0
    let deadline: NodeJS.Timeout | null = null

    // Whatever came first: who sends SIGTERM will not wait for ever.
    const limit = () => {
      const { grace } = inbox
      deadline ??= setTimeout(
        () => {
          process.stderr.write(`\n${outOfTime(grace)}\n`)
          process.exit(Signals.exitCode("SIGTERM"))
        },
        Math.min(grace * 1000, longest)
      ).unref()
    }

    const stop = (signal: Signal) => {
      const now = performance.now()
      if (inbox.received !== null) {
        if (now - first > echo) process.exit(Signals.exitCode(inbox.received))
        return
      }
      first = now
      inbox.received = signal
      fiber.unsafeInterruptAsFork(fiber.id())
      if (signal === "SIGINT") {
        setTimeout(() => process.stderr.write(`\n${stopping}\n`), patience).unref()
      }
    }

    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => stop(signal))
    }
    process.on("SIGTERM", limit)
    process.on("SIGUSR1", () => {
      inbox.saveRequested = true
    })
    // A terminal that was closed fails each write with EIO, while SIGHUP does the stopping.
    process.stderr.on("error", () => {})
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE" && inbox.received === null) stop("SIGPIPE")
    })

    fiber.addObserver((exit) => {
      clearInterval(keepAlive)
      // The callback comes when what was written before has left, or cannot leave any more.
      teardown(exit, (code) => process.stdout.write("", () => process.exit(code)))
    })
  })(main, {
    disableErrorReporting: true,
    // It would stay beside the logger that a command puts in place of the default one.
    disablePrettyLogger: true,
    teardown: (exit, onExit) => {
      const { code, text } = Report.fromExit(exit, inbox.received)
      if (text !== "") process.stderr.write(`${text}\n`)
      onExit(code)
    }
  })
}
