import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { t } from "../../language/Text.js"
import * as Command from "../Command.js"
import * as PipelineOptions from "../PipelineOptions.js"
import { onCheckpoints } from "../Platform.js"

const axes = ["step", "epoch", "time"] as const

const x: Command.Parameter<(typeof axes)[number]> = {
  ...Command.value("AXIS", t`step, epoch or time, which is that of training; default: step`),
  read: ([given = "step"]) => {
    const found = axes.find((axis) => axis === given)
    return found === undefined
      ? Either.left(t`--x is ${given}; choose one of ${axes.join(", ")}`)
      : Either.right(found)
  }
}

const smooth: Command.Parameter<number> = {
  ...Command.value("WEIGHT", t`smooth curves by a moving average: from 0 to 0.99; default: 0`),
  read: ([given = "0"]) =>
    /^0?(\.\d+)?$|^0$/.test(given) && Number(given) <= 0.99
      ? Either.right(Number(given))
      : Either.left(t`--smooth is ${given}; give a number from 0 to 0.99`)
}

/** `holdfast plot`. */
export const plot = Command.make({
  name: "plot",
  summary: t`Draw the curves of a run in the terminal`,
  examples: [
    ["holdfast plot checkpoints", t`the losses of training and validation`],
    [
      "holdfast plot checkpoints loss --log --smooth 0.6",
      t`one metric, smoothed, by powers of ten`
    ],
    ["holdfast plot checkpoints --follow", t`again and again while it trains`],
    ["holdfast plot runs/a val_accuracy --compare runs/b", t`two runs in one chart`]
  ],
  arguments: {
    run: Command.argument(t`the folder of a run, or the name of a run below this folder`),
    metrics: Command.rest(t`the metrics; default: loss and val_loss`)
  },
  options: {
    compare: Command.values("RUN", t`draw this run, too; may be repeated`),
    x,
    log: Command.flag(t`draw values on a logarithmic scale`),
    smooth,
    from: PipelineOptions.number("from", "X", t`where the x axis begins; seconds of time`),
    to: PipelineOptions.number("to", "X", t`where the x axis ends`),
    rows: PipelineOptions.number("rows", "N", t`the height in lines; default: 16`),
    follow: Command.flag(
      t`draw again while the run trains, until it has ended; Ctrl+C ends this, not the run`
    ),
    json: Command.flag(t`print the points of the curves as JSON`)
  },
  notes: t`As wide as the terminal. A column that has several points is drawn from the lowest to the highest, so that no peak is lost; smoothed, as their mean. holdfast ui shows the same in a browser.`,
  run: ({ from, rows, to, ...given }) =>
    onCheckpoints(
      Effect.flatMap(
        Effect.promise(() => import("../runs/PlotRuns.js")),
        ({ plotRuns }) =>
          plotRuns({
            ...given,
            from: Option.getOrUndefined(from),
            to: Option.getOrUndefined(to),
            rows: Option.getOrElse(rows, () => 16)
          })
      )
    )
})
