import { makeRunMain } from "@effect/platform/Runtime"
import * as Effect from "effect/Effect"
import * as Messages from "../../terminal/Messages.js"
import { Guard, type Terms } from "./Guard.js"
import * as ExitReport from "../ExitReport.js"
import { caught, exitCode, type Signal } from "./Signal.js"
import type { Inbox } from "./Signals.js"
import * as Watchdog from "./Watchdog.js"

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
 *
 * Once the command asks to be watched, a watchdog thread does the answering and the ending, and
 * this thread, which may be blocked, only interrupts `main`.
 */
export const runMain = (main: Effect.Effect<void, unknown>, inbox: Inbox): void => {
  makeRunMain(({ fiber, teardown }) => {
    const keepAlive = setInterval(() => {}, longest)
    const terms = (): Terms => ({
      grace: inbox.grace,
      stopping: Messages.stopping(),
      outOfTime: Messages.outOfTime(inbox.grace)
    })
    const guard = new Guard(terms(), {
      say: (text) => process.stderr.write(`\n${text}\n`),
      end: (signal) => process.exit(exitCode(signal))
    })
    let watchdog: Watchdog.Watchdog | null = null
    let isWatching = false

    const stop = (signal: Signal) => {
      if (inbox.received !== null) return
      inbox.received = signal
      fiber.unsafeInterruptAsFork(fiber.id())
    }
    /** Lets the thread, if it watches, know of what it cannot have seen. */
    const hand = (signal: Signal) => {
      guard.dispose()
      watchdog?.send(signal)
    }
    inbox.graceChanged = () => {
      guard.terms = terms()
      watchdog?.send(guard.terms)
    }
    inbox.startWatchdog = () =>
      new Promise((resolve) => {
        watchdog = Watchdog.start(
          { terms: guard.terms, orphaned: Messages.orphaned() },
          {
            watching: () => {
              isWatching = true
              if (guard.stopping !== null) hand(guard.stopping)
              resolve()
            },
            orphaned: () => stop("SIGTERM"),
            lost: () => {
              isWatching = false
              resolve()
            }
          }
        )
      })

    for (const signal of caught) {
      process.on(signal, () => {
        if (!isWatching) guard.receive(signal)
        stop(signal)
      })
    }
    process.on("SIGUSR1", () => {
      inbox.saveRequested = true
    })
    // A terminal that was closed fails each write with EIO, while SIGHUP does the stopping.
    process.stderr.on("error", () => {})
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" || inbox.received !== null) return
      guard.begin("SIGPIPE")
      if (isWatching) hand("SIGPIPE")
      stop("SIGPIPE")
    })

    fiber.addObserver((exit) => {
      clearInterval(keepAlive)
      // The callback comes when what was written before has left, or cannot leave any more.
      teardown(exit, (code) => process.stdout.write("", () => process.exit(code)))
    })
    // A fiber begins at once: it is to find all of the above in place.
  })(Effect.zipRight(Effect.yieldNow(), main), {
    disableErrorReporting: true,
    // It would stay beside the logger that a command puts in place of the default one.
    disablePrettyLogger: true,
    teardown: (exit, onExit) => {
      const { code, text } = ExitReport.fromExit(exit, inbox.received)
      if (text !== "") process.stderr.write(`${text}\n`)
      onExit(code)
    }
  })
}
