import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import * as Readline from "node:readline"
import type { ResumeFrom } from "../checkpointing/resume/Resumption.js"
import { Resumption } from "../checkpointing/resume/Resumption.js"
import * as Messages from "../terminal/Messages.js"
import * as Printable from "../io/Printable.js"
import { Output } from "../terminal/Output.js"

/**
 * Reads one line from standard input; its end, Ctrl+D, interrupts. The terminal stays in its usual
 * mode, in which Ctrl+C is a signal.
 */
const readLine = Effect.async<string>((resume) => {
  const lines = Readline.createInterface({ input: process.stdin, terminal: false })
  lines.once("line", (line) => {
    resume(Effect.succeed(line))
    lines.close()
  })
  lines.once("close", () => resume(Effect.interrupt))
  return Effect.sync(() => lines.close())
})

/** Milliseconds: an answer that comes sooner was typed ahead of the question. */
const reaction = 100

/** Resumption by the options of the command line, and by asking on the terminal. */
export const layer = (options: {
  readonly flag: Option.Option<ResumeFrom>
  readonly allowDatasetChange: boolean
  readonly force: boolean
}): Layer.Layer<Resumption, never, Output> =>
  Layer.effect(
    Resumption,
    Effect.gen(function* () {
      const { allowDatasetChange, flag, force } = options
      const { err } = yield* Output

      const answer = (question: string): Effect.Effect<boolean> =>
        Effect.gen(function* () {
          yield* err(question)
          const newLine = err("\n")
          const [waited, line] = yield* Effect.timed(Effect.onInterrupt(readLine, () => newLine))
          // Input typed ahead was echoed ahead: the question still needs its line end.
          if (Duration.toMillis(waited) < reaction) yield* newLine
          return Messages.answer(line) ?? (yield* answer(Messages.yesOrNo()))
        })

      return {
        flag,
        allowDatasetChange,
        force,
        // The question goes to standard error, so that standard output may be a file or a pipe.
        terminal: process.stdin.isTTY && process.stderr.isTTY,
        ask: (candidate) =>
          Effect.interruptible(answer(Messages.resumePrompt(Printable.data(candidate))))
      }
    })
  )
