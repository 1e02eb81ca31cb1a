import * as Effect from "effect/Effect"
import { t } from "../../language/Text.js"
import * as Command from "../Command.js"
import * as PipelineOptions from "../PipelineOptions.js"
import { onPlatform } from "../Platform.js"

/** `holdfast find-batch-size`. */
export const findBatchSize = Command.make({
  name: "find-batch-size",
  summary: t`Find a batch size: time steps with larger and larger batches`,
  examples: [
    [
      "holdfast find-batch-size pipelines/speaker.ts",
      t`show speed and memory by batch size, and suggest one`
    ],
    ["holdfast find-batch-size pipelines/speaker.ts --from 32 --to 512", t`between 32 and 512`]
  ],
  arguments: { pipeline: PipelineOptions.pipeline },
  options: {
    ...PipelineOptions.options,
    from: PipelineOptions.number(
      "from",
      "N",
      t`the first batch size, doubled from then on; default: 8`
    ),
    to: PipelineOptions.number(
      "to",
      "N",
      t`the largest batch size; default: all training examples`
    ),
    steps: PipelineOptions.number("steps", "N", t`timed steps of each size; default: 3`),
    json: Command.flag(t`print the suggestion and every size as JSON`)
  },
  notes: t`Stops where memory is short, or larger batches are slower. Trains from scratch in memory: no checkpoint is read or written; Ctrl+C ends it at any time.`,
  run: (given) =>
    onPlatform(
      Effect.flatMap(
        Effect.promise(() => import("./Rehearse.js")),
        ({ findBatchSize }) => findBatchSize(given)
      )
    )
})
