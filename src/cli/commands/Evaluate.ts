import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { t } from "../../language/Text.js"
import * as Command from "../Command.js"
import * as PipelineOptions from "../PipelineOptions.js"
import { onPlatform } from "../Platform.js"

const splits = ["train", "validation", "test"] as const

const split: Command.Parameter<"train" | "validation" | "test"> = {
  ...Command.value("SPLIT", t`train, validation or test; default: validation`),
  read: ([given = "validation"]) => {
    const found = splits.find((name) => name === given)
    return found === undefined
      ? Either.left(t`--split is ${given}; choose one of ${splits.join(", ")}`)
      : Either.right(found)
  }
}

/** `holdfast evaluate`. */
export const evaluate = Command.make({
  name: "evaluate",
  summary: t`Measure a checkpoint on a split, or each that a run saves`,
  examples: [
    [
      "holdfast evaluate pipelines/speaker.ts --split test",
      t`measure the best model on the test split`
    ],
    [
      "holdfast evaluate pipelines/speaker.ts --watch",
      t`validate each checkpoint of a run in another terminal`
    ]
  ],
  arguments: { pipeline: PipelineOptions.pipeline },
  options: {
    ...PipelineOptions.options,
    checkpoint: Command.value("WHAT", t`latest, best or a path; default: best`),
    split,
    watch: Command.flag(
      t`wait for checkpoints of a run in another process, and measure each, until it has ended`
    ),
    json: Command.flag(t`print each measurement as a line of JSON`)
  },
  notes: t`Trains nothing, and changes no checkpoint. A watching process computes on a core of its own.`,
  run: (given) =>
    onPlatform(
      Effect.flatMap(
        Effect.promise(() => import("./Rehearse.js")),
        ({ evaluate }) => evaluate(given)
      )
    )
})
