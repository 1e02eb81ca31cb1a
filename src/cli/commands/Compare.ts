import * as Effect from "effect/Effect"
import { t } from "../../language/Text.js"
import * as Command from "../Command.js"
import { onCheckpoints } from "../Platform.js"

/** `holdfast compare`. */
export const compare = Command.make({
  name: "compare",
  summary: t`Compare runs: config, metrics, curves and checkpoints`,
  examples: [
    ["holdfast compare runs/a runs/b", t`two runs by their folders`],
    ["holdfast compare baseline wide --metric val_accuracy", t`by their names, with one curve`],
    ["holdfast compare runs/a runs/b --json", t`for programs`]
  ],
  arguments: {
    a: Command.argument(t`the folder of a run, or the name of a run below this folder`),
    b: Command.argument(t`the run to compare it with`),
    others: Command.rest(t`more runs`)
  },
  options: {
    metric: Command.values(
      "NAME",
      t`draw the curves of this metric; may be repeated; default: loss, and what validation measures`
    ),
    json: Command.flag(t`print the differences as JSON`)
  },
  notes: t`Of the config, what differs is shown; of metrics, the last value of each run, and what the second has more than the first.`,
  run: ({ a, b, others, ...given }) =>
    onCheckpoints(
      Effect.flatMap(
        Effect.promise(() => import("../runs/CompareRuns.js")),
        ({ compareRuns }) => compareRuns({ ...given, runs: [a, b, ...others] })
      )
    )
})
