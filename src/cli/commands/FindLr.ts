import * as Effect from "effect/Effect"
import { t } from "../../language/Text.js"
import * as Command from "../Command.js"
import * as PipelineOptions from "../PipelineOptions.js"
import { onPlatform } from "../Platform.js"

/** `holdfast find-lr`. */
export const findLr = Command.make({
  name: "find-lr",
  summary: t`Find a learning rate: train with rising ones, and see where the loss falls`,
  examples: [
    [
      "holdfast find-lr pipelines/speaker.ts",
      t`draw the loss by the learning rate, and suggest one`
    ],
    ["holdfast find-lr pipelines/speaker.ts --steps 200 --to 1", t`more steps, up to 1`]
  ],
  arguments: { pipeline: PipelineOptions.pipeline },
  options: {
    ...PipelineOptions.options,
    from: PipelineOptions.number("from", "RATE", t`the first learning rate; default: 1e-7`),
    to: PipelineOptions.number("to", "RATE", t`the last learning rate; default: 10`),
    steps: PipelineOptions.number("steps", "N", t`steps from the first to the last; default: 100`),
    json: Command.flag(t`print the suggestion and every step as JSON`)
  },
  notes: t`Trains from scratch in memory, up to four times the lowest loss. No checkpoint is read or written; Ctrl+C ends it at any time.`,
  run: (given) =>
    onPlatform(
      Effect.flatMap(
        Effect.promise(() => import("./Rehearse.js")),
        ({ findLearningRate }) => findLearningRate(given)
      )
    )
})
