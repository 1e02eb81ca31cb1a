import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { t } from "../../language/Text.js"
import * as Command from "../Command.js"
import { requiredDatabase } from "../DatabaseOption.js"
import { onCheckpoints } from "../Platform.js"

const workers: Command.Parameter<number> = {
  ...Command.value("N", t`how many trials to train at once; default: 1`),
  read: ([given = "1"]) =>
    /^[1-9][0-9]{0,2}$/.test(given)
      ? Either.right(Number(given))
      : Either.left(t`--workers is ${given}; give a number of trials from 1 to 999`)
}

const claimTimeout: Command.Parameter<number> = {
  ...Command.value(
    "SECONDS",
    t`how long a trial is left to this worker when it no longer answers, from 3; default: 7`
  ),
  read: ([given = "7"]) =>
    /^\d+(\.\d+)?$/.test(given) && Number(given) >= 3 && Number(given) <= 86_400
      ? Either.right(Number(given))
      : Either.left(t`--claim-timeout is ${given}; give a number of seconds from 3 to 86400`)
}

/** `holdfast worker`. */
export const worker = Command.make({
  name: "worker",
  summary: t`Train trials of the sweeps in a database, on this machine`,
  examples: [
    [
      "holdfast worker --database postgres://me@db.example.com/sweeps",
      t`train one trial after the other; Ctrl+C saves, and others resume it`
    ],
    ["holdfast worker --database postgres://me@db.example.com/sweeps --workers 4", t`four at once`],
    [
      "HOLDFAST_DATABASE=postgres://me@db/sweeps holdfast worker --exit-when-done",
      t`end when all sweeps are finished, as in a job of Slurm or Kubernetes`
    ]
  ],
  arguments: {},
  options: {
    database: requiredDatabase,
    workers,
    "exit-when-done": Command.flag(
      t`exit when no sweep of the database is left to work on, instead of waiting for one`
    ),
    "claim-timeout": claimTimeout,
    json: Command.flag(t`print each event as a line of JSON`)
  },
  signals: [
    [
      "SIGINT, SIGTERM, SIGHUP",
      t`save the trials and give them to other workers; again, a second later: quit at once`
    ]
  ],
  notes: t`Start it in the project's folder, on as many machines as you like: each needs the same files, and the folder, or bucket, of the sweep's checkpoints. The password is best in PGPASSWORD or ~/.pgpass. holdfast sweep --database submits a sweep.`,
  run: ({ "claim-timeout": claimTimeout, "exit-when-done": endsWhenDone, ...given }) =>
    Effect.gen(function* () {
      const { serveDatabase } = yield* Effect.promise(() => import("./ServeDatabase.js"))
      yield* serveDatabase({
        address: given.database,
        slots: given.workers,
        timeout: claimTimeout * 1000,
        sweep: null,
        endsWhenDone,
        json: given.json
      })
    }).pipe(onCheckpoints)
})
