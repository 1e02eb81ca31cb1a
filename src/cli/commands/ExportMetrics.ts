import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { t } from "../../language/Text.js"
import * as Command from "../Command.js"
import { onPlatform } from "../Platform.js"

/** `holdfast export-metrics`. */
export const exportMetrics = Command.make({
  name: "export-metrics",
  summary: t`Write the metrics of a run as CSV, as JSON or for TensorBoard`,
  examples: [
    ["holdfast export-metrics checkpoints > epochs.csv", t`a line for each epoch`],
    ["holdfast export-metrics checkpoints --steps -o steps.csv", t`a line for each step`],
    ["holdfast export-metrics checkpoints --json | jq '.[].val_loss'", t`the same as JSON`],
    [
      "holdfast export-metrics checkpoints --tensorboard logs/first",
      t`event files of a run that wrote none`
    ]
  ],
  arguments: {
    run: Command.optionalArgument(t`the folder of the run; default: checkpoints`)
  },
  options: {
    steps: Command.flag(t`the steps, instead of the epochs`),
    output: {
      ...Command.value("FILE", t`the file to write; default: standard output`),
      short: "-o"
    },
    tensorboard: {
      ...Command.value(
        "FOLDER",
        t`write an event file for TensorBoard there, with steps and epochs`
      ),
      read: ([given]) =>
        given === ""
          ? Either.left(t`--tensorboard needs a folder`)
          : Either.right(Option.fromNullable(given))
    } satisfies Command.Parameter<Option.Option<string>>,
    force: Command.flag(t`replace a file that exists`),
    json: Command.flag(t`JSON instead of CSV: a list of objects`)
  },
  notes: t`The metrics are those of the run's log, events.ndjson. Of a run of more than 16,384 steps it keeps those that a curve needs: first, last, lowest and highest of every few.`,
  run: (given) =>
    onPlatform(
      Effect.flatMap(
        Effect.promise(() => import("./ExportedMetrics.js")),
        ({ run }) => run({ ...given, run: Option.getOrElse(given.run, () => "checkpoints") })
      )
    )
})
