import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Printable from "../io/Printable.js"

/** Where text for people and programs goes: results and progress to `out`, problems to `err`. */
export class Output extends Context.Tag("holdfast/Output")<
  Output,
  {
    readonly out: (text: string) => Effect.Effect<void>
    readonly err: (text: string) => Effect.Effect<void>
    /** The terminal's current width; 80 without a terminal. */
    readonly columns: Effect.Effect<number>
    /** Whether `out` is a terminal on which a line can be redrawn. */
    readonly terminal: boolean
  }
>() {
  /**
   * Writes to `streams`, with everything escaped that a terminal would take for a command: text may
   * come from any file, model or checkpoint.
   */
  static readonly through = (streams: Output["Type"]): Output["Type"] => ({
    ...streams,
    out: (text) => streams.out(Printable.text(text)),
    err: (text) => streams.err(Printable.text(text))
  })

  /** The standard streams of this process. */
  static readonly layer = Layer.sync(Output, () =>
    Output.through({
      out: (text) => Effect.sync(() => void process.stdout.write(text)),
      err: (text) => Effect.sync(() => void process.stderr.write(text)),
      columns: Effect.sync(() => process.stdout.columns || 80),
      terminal: process.stdout.isTTY && process.env["TERM"] !== "dumb"
    })
  )
}
