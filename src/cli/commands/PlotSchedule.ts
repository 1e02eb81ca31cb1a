import * as Effect from "effect/Effect"
import { t } from "../../language/Text.js"
import * as Command from "../Command.js"
import * as PipelineOptions from "../PipelineOptions.js"
import { onPlatform } from "../Platform.js"

/** `holdfast plot-schedule`. */
export const plotSchedule = Command.make({
  name: "plot-schedule",
  summary: t`Draw the learning rates of a run, without training`,
  examples: [
    ["holdfast plot-schedule pipelines/speaker.ts", t`by its config and its data`],
    [
      "holdfast plot-schedule pipelines/speaker.ts --set training.scheduler=one_cycle",
      t`with another schedule`
    ],
    [
      "holdfast plot-schedule --config config.json --steps-per-epoch 500",
      t`by a config alone, without a pipeline and its data`
    ]
  ],
  arguments: {
    pipeline: Command.optionalArgument(
      t`the pipeline file; without it, the config is read with the built-in schedules`
    )
  },
  options: {
    ...PipelineOptions.options,
    "steps-per-epoch": PipelineOptions.number(
      "steps-per-epoch",
      "N",
      t`steps of an epoch, instead of loading the data; without a pipeline, default: 100`
    ),
    json: Command.flag(t`print the rates as JSON, of at most 1000 steps`)
  },
  notes: t`A schedule that goes by a metric, such as plateau, is drawn as if the metric always improved.`,
  run: ({ "steps-per-epoch": stepsPerEpoch, ...given }) =>
    onPlatform(
      Effect.flatMap(
        Effect.promise(() => import("./DrawSchedule.js")),
        ({ drawSchedule }) => drawSchedule({ ...given, stepsPerEpoch })
      )
    )
})
