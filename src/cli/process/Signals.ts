import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Signal } from "./Signal.js"

/** What signals have asked of the command so far, and how long it may take to stop. */
export class Signals extends Context.Tag("holdfast/Signals")<
  Signals,
  {
    /** The signal that is stopping the command, once one has come. */
    readonly received: Effect.Effect<Signal | null>
    /** Whether SIGUSR1 has asked for a save since this was last run. */
    readonly takeSaveRequest: Effect.Effect<boolean>
    /** Sets the seconds that the command has from SIGTERM to its end. */
    readonly setGrace: (seconds: number) => Effect.Effect<void>
    /** Has signals answered, and the grace enforced, also while the main thread is blocked. */
    readonly watch: Effect.Effect<void>
  }
>() {}

/** Where signal handlers, which run outside of any effect, note what has come. */
export class Inbox {
  received: Signal | null = null
  saveRequested = false
  /** Seconds from SIGTERM to the end. */
  grace = 25
  /** Called when the grace has changed. */
  graceChanged: () => void = () => {}
  /** Starts a watchdog; resolved when it watches, or cannot. */
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
          this.graceChanged()
        }),
      watch: Effect.promise(() => this.startWatchdog())
    })
  }
}
