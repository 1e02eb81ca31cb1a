import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { t } from "../../language/Text.js"
import { backend } from "../BackendOption.js"
import * as Command from "../Command.js"
import { database } from "../DatabaseOption.js"
import * as PipelineOptions from "../PipelineOptions.js"
import { onCheckpoints } from "../Platform.js"
import { UsageError } from "../UsageError.js"

const seed: Command.Parameter<Option.Option<number>> = {
  ...Command.value("N", t`where every draw of the search starts, instead of the seed in the file`),
  read: ([given]) =>
    given === undefined
      ? Either.right(Option.none())
      : /^-?\d+$/.test(given) && Number.isSafeInteger(Number(given))
        ? Either.right(Option.some(Number(given)))
        : Either.left(t`--seed is ${given}; give an integer`)
}

/** `holdfast sweep`. */
export const sweep = Command.make({
  name: "sweep",
  summary: t`Search hyperparameters: train many trials of a pipeline, and compare them`,
  examples: [
    [
      "holdfast sweep sweep.ts",
      t`train the trials; Ctrl+C saves and stops, the same again resumes`
    ],
    ["holdfast sweep sweep.json --workers 2", t`two trials at once; the outcomes are those of one`],
    ["holdfast sweep status checkpoints/my-sweep", t`list the trials and how far each is`],
    ["holdfast sweep best checkpoints/my-sweep", t`show the best trial, and how to train it on`],
    ["holdfast sweep stop checkpoints/my-sweep", t`have it save and stop, from another terminal`],
    [
      "holdfast sweep sweep.ts --database postgres://me@db.example.com/sweeps",
      t`submit it for the workers of several machines, see holdfast worker`
    ],
    [
      "holdfast sweep revive checkpoints/my-sweep 3 7",
      t`train trials 3 and 7, which were stopped early, to their last epoch`
    ]
  ],
  arguments: {
    what: Command.argument(
      t`the sweep's file, TypeScript or JSON; or status, best, stop or revive, followed by the folder of a sweep`
    ),
    args: Command.rest(
      t`the folder of the sweep, or its address s3://bucket/prefix; and for revive the numbers of trials`
    )
  },
  options: {
    workers: PipelineOptions.number(
      "workers",
      "N",
      t`how many trials to train at once; default: the cores of this machine, at most the sweep's parallel, and with --database none: that only submits the sweep`
    ),
    trials: PipelineOptions.number(
      "trials",
      "N",
      t`how many trials, instead of those in the file; more of them extend a sweep`
    ),
    seed,
    backend,
    database,
    force: Command.flag(
      t`take over the folder at once from a process whose state cannot be checked (other host or container); use only if it is dead`
    ),
    json: Command.flag(t`print each event as a line of JSON; of status and best, the result`)
  },
  signals: [
    [
      "SIGINT, SIGTERM, SIGHUP",
      t`have every trial save, and stop; again, a second later: quit at once`
    ]
  ],
  notes: t`A sweep is a function of its file and seed: whatever is killed, and however many workers there are, it resumes to the same trials with the same bits. Its folder is checkpoints/ and its name, with a run in a folder for each trial: holdfast ui, runs and compare show them.`,
  run: ({ args, what, ...given }) =>
    onCheckpoints(
      Effect.gen(function* () {
        switch (what) {
          case "status":
          case "best":
          case "stop": {
            const show = yield* Effect.promise(() => import("../sweep/ShowSweep.js"))
            const [place, further] = args
            if (place === undefined) return yield* usage(t`missing folder of the sweep`)
            if (further !== undefined) return yield* usage(t`unexpected argument ${further}`)
            if (Option.isNone(given.database)) return yield* show[what](place, given.json)
            const onDatabase = yield* Effect.promise(() => import("../sweep/SweepOnDatabase.js"))
            const url = given.database.value
            if (what === "stop") return yield* onDatabase.stop(place, url, given.json)
            const claimed = yield* onDatabase.refresh(place, url)
            return yield* show[what](place, given.json, claimed)
          }
          case "revive": {
            const [place, ...numbers] = args
            if (place === undefined) return yield* usage(t`missing folder of the sweep`)
            const wrong = numbers.find((word) => !/^\d+$/.test(word))
            if (wrong !== undefined || numbers.length === 0) {
              return yield* usage(
                t`${wrong ?? t`nothing`} is not the number of a trial; give one or several, as holdfast sweep status shows them`
              )
            }
            if (Option.isSome(given.database)) {
              const { refresh } = yield* Effect.promise(() => import("../sweep/SweepOnDatabase.js"))
              yield* refresh(place, given.database.value)
            }
            const { revive } = yield* Effect.promise(() => import("../sweep/ReviveTrials.js"))
            return yield* revive(place, numbers.map(Number), given)
          }
          default: {
            if (args[0] !== undefined) return yield* usage(t`unexpected argument ${args[0]}`)
            if (Option.isSome(given.database)) {
              const { start } = yield* Effect.promise(() => import("../sweep/SweepOnDatabase.js"))
              return yield* start(what, given.database.value, given)
            }
            const { startSweep } = yield* Effect.promise(() => import("../sweep/StartSweep.js"))
            return yield* startSweep(what, given)
          }
        }
      })
    )
})

const usage = (found: string) =>
  new UsageError({ reason: "Invalid", found, nearest: null, help: "holdfast sweep --help" })
