import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Messages from "../terminal/Messages.js"
import { SaveRequest } from "../training/SaveRequest.js"
import { Guard } from "./Guard.js"
import { caught, exitCode, type Signal } from "./Signal.js"

/**
 * Has signals stop `self` as they stop the command: the first SIGINT, SIGTERM or SIGHUP interrupts it,
 * which saves a run, after SIGTERM within `grace` seconds; another one, more than a second later, ends
 * the process at once. SIGUSR1 asks for a save. Once `self` has ended, the signal takes its usual
 * effect: it ends the process, unless the program listens for it itself.
 */
export const stopOnSignals = <A, E, R>(
  self: Effect.Effect<A, E, R>,
  grace = 25
): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      let received: Signal | null = null
      let isSaveRequested = false
      const fiber = yield* restore(self).pipe(
        Effect.provideService(SaveRequest, {
          take: Effect.sync(() => {
            const taken = isSaveRequested
            isSaveRequested = false
            return taken
          })
        }),
        Effect.fork
      )
      const guard = new Guard(
        {
          grace,
          requeue: false,
          stopping: Messages.stopping(),
          outOfTime: Messages.outOfTime(grace)
        },
        {
          say: (text) => process.stderr.write(`\n${text}\n`),
          end: (signal) => process.exit(exitCode(signal))
        }
      )
      const stop = (signal: Signal) => {
        guard.receive(signal)
        if (received !== null) return
        received = signal
        fiber.unsafeInterruptAsFork(fiber.id())
      }
      const save = () => {
        isSaveRequested = true
      }
      for (const signal of caught) process.on(signal, stop)
      process.on("SIGUSR1", save)
      const waited = yield* Effect.exit(restore(Fiber.await(fiber)))
      // Interrupted from elsewhere: a forked fiber is not interrupted with the one that waits for it.
      if (Exit.isFailure(waited)) yield* Fiber.interruptFork(fiber)
      const exit = yield* Fiber.await(fiber)
      for (const signal of caught) process.off(signal, stop)
      process.off("SIGUSR1", save)
      guard.dispose()
      const last = received as Signal | null
      if (last !== null && process.listenerCount(last) === 0) process.kill(process.pid, last)
      return yield* exit
    })
  )
