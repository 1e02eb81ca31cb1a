import { makeRunMain } from "@effect/platform/Runtime"
import * as Effect from "effect/Effect"
import * as Messages from "../terminal/Messages.js"
import { Guard, type Terms } from "../process/Guard.js"
import * as ExitReport from "./ExitReport.js"
import { caught, exitCode, type Signal } from "../process/Signal.js"
import type { Inbox } from "../process/Signals.js"
import * as Watchdog from "../process/Watchdog.js"

/** The longest that a timer of Node can wait, in milliseconds. */
const longest = 2 ** 31 - 1

/**
 * Runs `main` as the process.
 *
 * The first SIGINT, SIGTERM or SIGHUP interrupts it and waits for its finalizers, after SIGTERM only
 * for the grace period; another one, more than a second later, ends the process at once. A closed pipe
 * at standard output stops it like a signal. SIGUSR1 requests a save. Exits with 0, with 1 after an
 * error, 2 after a wrong command line, 75 if the command can simply be run again later, or 128 plus
 * the signal's number; after SIGTERM with 75 where that was asked for.
 *
 * Once the command starts the watchdog, that thread answers signals and ends the process, and this
 * thread, which may be blocked, only interrupts `main`.
 */
export const runMain = (main: Effect.Effect<void, unknown>, inbox: Inbox): void => {
  makeRunMain(({ fiber, teardown }) => {
    const keepAlive = setInterval(() => {}, longest)
    const terms = (): Terms => ({
      grace: inbox.grace,
      requeue: inbox.requeue,
      stopping: Messages.stopping(),
      outOfTime: Messages.outOfTime(inbox.grace)
    })
    const guard = new Guard(terms(), {
      say: (text) => process.stderr.write(`\n${text}\n`),
      end: (signal) => process.exit(exitCode(signal, inbox.requeue))
    })
    let watchdog: Watchdog.Watchdog | null = null
    let isWatching = false

    const stop = (signal: Signal) => {
      if (inbox.received !== null) return
      inbox.received = signal
      fiber.unsafeInterruptAsFork(fiber.id())
    }
    /** Passes a signal that only this thread has seen to the watchdog. */
    const hand = (signal: Signal) => {
      guard.dispose()
      watchdog?.send(signal)
    }
    inbox.termsChanged = () => {
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
    // After a terminal is closed every write fails with EIO; SIGHUP stops the command.
    process.stderr.on("error", () => {})
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" || inbox.received !== null) return
      guard.begin("SIGPIPE")
      if (isWatching) hand("SIGPIPE")
      stop("SIGPIPE")
    })

    fiber.addObserver((exit) => {
      clearInterval(keepAlive)
      // The callback runs when everything written before is flushed, or cannot be.
      teardown(exit, (code) => process.stdout.write("", () => process.exit(code)))
    })
    // Yield first: the fiber must find the handlers above in place.
  })(Effect.zipRight(Effect.yieldNow(), main), {
    disableErrorReporting: true,
    // It would run beside the logger with which a command replaces the default one.
    disablePrettyLogger: true,
    teardown: (exit, onExit) => {
      const { code, text } = ExitReport.fromExit(exit, inbox.received, inbox.requeue)
      if (text !== "") process.stderr.write(`${text}\n`)
      onExit(code)
    }
  })
}
