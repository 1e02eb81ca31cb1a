import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** What can ask a command to stop, with the number that the exit code tells (128 more). */
export const numbers = { SIGHUP: 1, SIGINT: 2, SIGPIPE: 13, SIGTERM: 15 } as const
export type Signal = keyof typeof numbers

/** The exit code that tells which signal ended a command. */
export const exitCode = (signal: Signal): number => 128 + numbers[signal]

/** Tells which signal is stopping the command, once one has come. */
export class Signals extends Context.Tag("holdfast/Signals")<
  Signals,
  { readonly received: Effect.Effect<Signal | null> }
>() {}

/** Where signal handlers, which run outside of any effect, note what has come. */
export class Inbox {
  received: Signal | null = null

  get layer(): Layer.Layer<Signals> {
    return Layer.succeed(Signals, { received: Effect.sync(() => this.received) })
  }
}
