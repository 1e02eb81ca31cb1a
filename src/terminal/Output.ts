import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Printable from "../io/Printable.js"

/** A terminal on which lines can be drawn again. */
export interface Terminal {
  /** Its current height in lines. */
  readonly rows: Effect.Effect<number>
  /** Resumes when its size has changed. */
  readonly resized: Effect.Effect<void>
  /** Whether its user allows colors. */
  readonly colors: boolean
  /** Whether lines on it that no longer fit continue on the next one when it gets narrower. */
  readonly reflows: boolean
  /** Writes text with escape sequences; in it, text from elsewhere is escaped (`Printable`). */
  readonly draw: (text: string) => Effect.Effect<void>
}

/** Where text for people and programs goes: results and progress to `out`, problems to `err`. */
export class Output extends Context.Tag("holdfast/Output")<
  Output,
  {
    readonly out: (text: string) => Effect.Effect<void>
    readonly err: (text: string) => Effect.Effect<void>
    /** The current width of the terminal; 80 without one. */
    readonly columns: Effect.Effect<number>
    /** What `out` is; null where no line can be drawn again. */
    readonly terminal: Terminal | null
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
      terminal: process.stdout.isTTY && process.env["TERM"] !== "dumb" ? terminal : null
    })
  )
}

/** The terminal of this process. */
const terminal: Terminal = {
  rows: Effect.sync(() => process.stdout.rows || 24),
  resized: Effect.async((resume) => {
    const changed = () => resume(Effect.void)
    process.stdout.once("resize", changed)
    return Effect.sync(() => process.stdout.off("resize", changed))
  }),
  colors: (process.env["NO_COLOR"] ?? "") === "",
  reflows: reflows(process.env),
  draw: (text) => Effect.sync(() => void process.stdout.write(text))
}

/** All terminals in use do, but for a few old ones; tmux does in any of them. */
function reflows({ TERM = "", TMUX, XTERM_VERSION }: NodeJS.ProcessEnv): boolean {
  if (TMUX !== undefined) return true
  return XTERM_VERSION === undefined && !/^(linux|rxvt|screen|vt\d)/.test(TERM)
}
