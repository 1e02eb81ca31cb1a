import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Signal } from "./Signal.js"

/** What signals have requested so far, and how long the command may take to stop. */
export class Signals extends Context.Tag("holdfast/Signals")<
  Signals,
  {
    /** The signal that is stopping the command, if any. */
    readonly received: Effect.Effect<Signal | null>
    /** Whether SIGUSR1 has requested a save since the last call. */
    readonly takeSaveRequest: Effect.Effect<boolean>
    /** Sets the grace period: seconds from SIGTERM to the end. */
    readonly setGrace: (seconds: number) => Effect.Effect<void>
    /** Has the exit code after SIGTERM ask to run the command again. */
    readonly requeue: Effect.Effect<void>
    /** Starts the watchdog: signals are answered and the grace period holds while the main thread is blocked. */
    readonly watch: Effect.Effect<void>
  }
>() {}

/** Where signal handlers, which run outside of any effect, record signals. */
export class Inbox {
  received: Signal | null = null
  saveRequested = false
  /** Seconds from SIGTERM to the end. */
  grace = 25
  /** Whether the exit code after SIGTERM asks to run the command again. */
  requeue = false
  /** Called when one of these two has changed. */
  termsChanged: () => void = () => {}
  /** Starts a watchdog; resolves when it watches, or cannot. */
  startWatchdog: () => Promise<void> = () => Promise.resolve()

  get layer(): Layer.Layer<Signals> {
    return Layer.succeed(Signals, {
      received: Effect.sync(() => this.received),
      takeSaveRequest: Effect.sync(() => {
        const requested = this.saveRequested
        this.saveRequested = false
        return requested
      }),
      setGrace: (seconds) =>
        Effect.sync(() => {
          this.grace = seconds
          this.termsChanged()
        }),
      requeue: Effect.sync(() => {
        this.requeue = true
        this.termsChanged()
      }),
      watch: Effect.promise(() => this.startWatchdog())
    })
  }
}
