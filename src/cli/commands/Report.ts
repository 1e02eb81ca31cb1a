import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { t } from "../../language/Text.js"
import * as Command from "../Command.js"
import { onCheckpoints } from "../Platform.js"

const output: Command.Parameter<string> = {
  ...Command.value("PATH", t`the file to write; default: report.html`),
  short: "-o",
  read: ([given = "report.html"]) =>
    given === ""
      ? Either.left(t`name the file to write, such as -o report.html`)
      : Either.right(given)
}

const maxSize: Command.Parameter<number> = {
  ...Command.value("MB", t`the largest file to write, in megabytes; default: 20`),
  read: ([given = "20"]) =>
    Number(given) > 0 && Number.isFinite(Number(given))
      ? Either.right(Number(given) * 1e6)
      : Either.left(t`--max-size is ${given}; give a number of megabytes greater than 0`)
}

/** `holdfast report`. */
export const report = Command.make({
  name: "report",
  summary: t`Write a run or a sweep as one HTML file, to send to somebody`,
  examples: [
    ["holdfast report checkpoints", t`writes report.html`],
    ["holdfast report runs/a -o a.html --compare runs/b", t`compared with another run`],
    ["holdfast report checkpoints/lr -o lr.html", t`of a sweep, with its best trial`],
    ["holdfast report checkpoints --max-size 5", t`a file of at most 5 MB`]
  ],
  arguments: {
    run: Command.argument(
      t`the folder of a run or of a sweep, or the name of one below this folder`
    )
  },
  options: {
    output,
    compare: Command.values("RUN", t`compare it with this run, too; may be repeated`),
    "max-size": maxSize,
    force: Command.flag(t`replace the file if it exists`),
    json: Command.flag(t`print what was written as JSON`)
  },
  notes: t`The file has the pages of holdfast ui, with all that they show: curves, config, checkpoints, confusion matrix, and the worst-classified examples with their recordings and spectrograms, the worst first, as many as fit. A browser opens it without a server and without a network. It names the machine and the paths of the run.`,
  run: ({ "max-size": limit, ...given }) =>
    onCheckpoints(
      Effect.flatMap(
        Effect.promise(() => import("../runs/WriteReport.js")),
        ({ writeReport }) => writeReport({ ...given, limit })
      )
    )
})
