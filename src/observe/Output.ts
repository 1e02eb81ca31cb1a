import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** Where text for people and programs goes: results and progress to `out`, troubles to `err`. */
export class Output extends Context.Tag("holdfast/Output")<
  Output,
  {
    readonly out: (text: string) => Effect.Effect<void>
    readonly err: (text: string) => Effect.Effect<void>
    /** The terminal's width, asked anew each time since windows are resized; 80 without one. */
    readonly columns: Effect.Effect<number>
    /** Whether `out` is a terminal on which a line can be redrawn. */
    readonly terminal: boolean
  }
>() {
  /** The standard streams of this process. */
  static readonly layer = Layer.sync(Output, () => ({
    out: (text) => Effect.sync(() => void process.stdout.write(text)),
    err: (text) => Effect.sync(() => void process.stderr.write(text)),
    columns: Effect.sync(() => process.stdout.columns || 80),
    terminal: process.stdout.isTTY && process.env["TERM"] !== "dumb"
  }))
}
