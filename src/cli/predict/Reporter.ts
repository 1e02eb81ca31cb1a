import * as Effect from "effect/Effect"
import { DataError } from "../../data/DataError.js"
import { stringify } from "../../events/JsonLines.js"
import { t } from "../../language/Text.js"
import { Output } from "../../terminal/Output.js"
import type { TrainedModel } from "../../training/TrainedModel.js"
import type { AnyObjective } from "../../training/Objective.js"
import * as Prediction from "./Prediction.js"

/** Where an example is from: a file, and a line or an example of it. */
export interface Origin {
  readonly input: string
  readonly line?: number
  readonly example?: number
}

/** Prints predictions, and what could not be read. */
export interface Reporter {
  readonly predicted: (
    origin: Origin,
    outputs: Readonly<Record<string, ReadonlyArray<number>>>
  ) => Effect.Effect<void>
  readonly failed: (origin: Origin, detail: string) => Effect.Effect<void>
  /** Fails if anything has. */
  readonly end: Effect.Effect<void, DataError>
}

/** Prints as the command line asks: text, or lines of JSON. */
export const make = Effect.fnUntraced(function* (
  { json, top }: { readonly json: boolean; readonly top: number | null },
  { classes, labels, meta }: TrainedModel<unknown, AnyObjective>
) {
  const { err, out } = yield* Output
  const most = top ?? (json ? Infinity : 1)
  const failures: Array<string> = []
  let count = 0
  const of = (name: string, numbers: ReadonlyArray<number>) =>
    Prediction.predictionOf(
      numbers,
      name === "" ? classes : (labels[name]?.classes ?? []),
      meta.outputs?.[name]?.activation,
      most
    )
  const result: Reporter = {
    predicted: (origin, outputs) => {
      count++
      const all = Object.entries(outputs).map(
        ([name, numbers]) => [name, of(name, numbers)] as const
      )
      const [first] = all
      const isSingle = all.length === 1 && first![0] === ""
      if (json) {
        const fields = isSingle ? first![1] : { outputs: Object.fromEntries(all) }
        return out(`${stringify({ ...origin, ...fields })}\n`)
      }
      const text = all.map(([name, one]) =>
        isSingle ? Prediction.draw(one) : `${name} ${Prediction.draw(one)}`
      )
      return out(`${draw(origin)}: ${text.join("; ")}\n`)
    },
    failed: (origin, detail) => {
      failures.push(draw(origin))
      const line = err(`${draw(origin)}: ${detail}\n`)
      return json
        ? Effect.zipRight(line, out(`${stringify({ ...origin, error: detail })}\n`))
        : line
    },
    end: Effect.suspend(() =>
      failures.length === 0
        ? Effect.void
        : new DataError({
            reason: "Unreadable",
            path: shortened(failures),
            detail: t`${failures.length} of ${failures.length + count} inputs could not be read`
          })
    )
  }
  return result
})

const shortened = (names: ReadonlyArray<string>): string =>
  names.length <= 5
    ? names.join(", ")
    : t`${names.slice(0, 5).join(", ")} and ${names.length - 5} more`

const draw = ({ example, input, line }: Origin): string =>
  [input, line, example].filter((part) => part !== undefined).join(":")
