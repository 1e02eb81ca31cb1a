/**
 * An observer beside the command line's display: it writes each epoch's metrics to a CSV file, and an
 * event that this pipeline defines.
 *
 *   cd examples/observer && npx holdfast run pipeline.ts
 */
import { emit, Objective, Optimizer, Pipeline, Run, Scheduler, Stage, Stages } from "holdfast"
import { blobs, BlobsConfig, blobsNet } from "holdfast/testing"
import * as Effect from "effect/Effect"
import { Certainty, csv } from "./csv.js"

/** Emits the event; with `--json` it is a line, too. */
const certainty = Stage.make("certainty", {
  description: "emit how certain the model is",
  run: (run: Run.Run) =>
    Effect.gen(function* () {
      const { epoch } = yield* Run.position(run)
      const { train_loss = NaN } = yield* Run.metrics(run)
      yield* emit(new Certainty({ epoch: epoch + 1, value: Math.exp(-train_loss) }))
      return run
    })
})

/** The pipeline without its file, which a test writes elsewhere. */
export const pipeline = Pipeline.make(
  "observer",
  Stages.loadConfig(BlobsConfig),
  Stages.loadDataset((config: BlobsConfig) => blobs(config)),
  Stages.restoreOrInit({
    model: blobsNet,
    objective: Objective.classification,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(
    Stages.trainEpoch,
    Stages.validate,
    certainty,
    Stages.trackBest({ metric: "val_loss", mode: "min" }),
    Stages.checkpoint
  ),
  Stages.evaluate("test")
)

export default Pipeline.observe(pipeline, csv("metrics.csv"))
