import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { t } from "../../language/Text.js"
import { parseCondition, type Condition } from "../runs/RunFields.js"
import * as Command from "../Command.js"
import { onCheckpoints } from "../Platform.js"

const statuses = ["running", "finished", "interrupted", "stopped"]

const status: Command.Parameter<string | null> = {
  ...Command.value("STATUS", t`only those: ${statuses.join(", ")}`),
  read: ([given]) =>
    given === undefined || statuses.includes(given)
      ? Either.right(given ?? null)
      : Either.left(t`--status is ${given}; choose one of ${statuses.join(", ")}`)
}

const where: Command.Parameter<ReadonlyArray<Condition>> = {
  ...Command.values(
    "CONDITION",
    t`only those with such a field: name=base*, best<0.3, training.batch_size>=64; may be repeated`
  ),
  read: (given) => Either.all(given.map(parseCondition))
}

const columns: Command.Parameter<ReadonlyArray<string>> = {
  ...Command.value("FIELDS", t`a column more for each of these fields, with commas between them`),
  read: ([given = ""]) =>
    Either.right(given.split(",").flatMap((field) => (field.trim() === "" ? [] : [field.trim()])))
}

/** `holdfast runs`. */
export const runs = Command.make({
  name: "runs",
  summary: t`List the runs in a folder and below it, newest first`,
  examples: [
    ["holdfast runs", t`list the runs below this folder`],
    ["holdfast runs --status running", t`only those that train now`],
    ["holdfast runs --where 'best<0.3' --sort best", t`only the good ones, the best first`],
    ["holdfast runs --diff", t`with the config fields in which they differ`],
    [
      "holdfast runs --where sweep=checkpoints/lr --sort best --diff",
      t`the trials of a sweep, the best first, with their parameters`
    ],
    [
      "holdfast runs --columns training.learning_rate,val_accuracy",
      t`with a field of the config and the last value of a metric`
    ]
  ],
  arguments: { folder: Command.optionalArgument(t`the folder; default: this one`) },
  options: {
    status,
    tag: Command.values("TAG", t`only those with this tag; may be repeated`),
    where,
    sort: Command.value("FIELD", t`sort by this field, those without it last`),
    reverse: Command.flag(t`in the opposite order`),
    columns,
    trials: Command.flag(t`a row for each trial of a sweep`),
    diff: Command.flag(t`a column for each field of the config in which the runs differ`),
    json: Command.flag(t`print the runs as JSON, with all of their fields`)
  },
  notes: t`The trials of a sweep are one row, unless --trials, a condition or the folder of the sweep asks for them. Fields are name, folder, status, tags, notes, parent, sweep, pipeline, backend, host, epoch, epochs, global_step, best, seconds, started, updated, warnings, each field of the config by its path, and each metric, of which it is the last value. Quote conditions: the shell takes < for itself.`,
  run: ({ folder, sort, tag, ...given }) =>
    onCheckpoints(
      Effect.flatMap(
        Effect.promise(() => import("../runs/ListRuns.js")),
        ({ listRuns }) =>
          listRuns(
            Option.getOrElse(folder, () => "."),
            { ...given, tags: tag, sort: Option.getOrNull(sort) }
          )
      )
    )
})
