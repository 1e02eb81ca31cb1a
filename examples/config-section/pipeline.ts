/**
 * A config with a section of its own, `augment`, and a further field of `training`, `report_every`,
 * which may change when the run is resumed: no change of it is reported.
 *
 *   cd examples/config-section && npx holdfast run pipeline.ts --set training.report_every=3
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import {
  Config,
  emit,
  type ModelInput,
  Objective,
  Optimizer,
  Pipeline,
  Run,
  Scheduler,
  Stage,
  Stages
} from "holdfast"
import { blobs, BlobsData, BlobsModel, blobsNet } from "holdfast/testing"

const epochs = Schema.Int.pipe(Schema.greaterThanOrEqualTo(1))

const Augment = Schema.Struct({
  noise: Config.field(Schema.NonNegative, 0, "The width of the noise added to each training input.")
}).annotations({ description: "How training inputs are changed each time they are drawn." })

export const MyConfig = Config.make({
  training: {
    report_every: Config.mayChange(Config.field(epochs, 1, "Epochs between two reports."))
  },
  model: BlobsModel,
  data: BlobsData,
  augment: Augment
})
interface MyConfig extends Schema.Schema.Type<typeof MyConfig> {}

/** The blobs, with noise on what is trained on. All of it is drawn from `rng`, so resuming is exact. */
const noisy = (config: MyConfig) =>
  Effect.map(blobs(config), (dataset) => ({
    ...dataset,
    train: {
      ...dataset.train,
      batch: (indices: Int32Array, rng = Math.random) =>
        Effect.map(dataset.train.batch(indices, rng), (batch) => ({
          ...batch,
          inputs: batch.inputs.map((value) => value + config.augment.noise * (rng() - 0.5))
        }))
    }
  }))

/** Reports the validation loss every `training.report_every` epochs. */
const report = Stage.make("report", {
  description: "report the validation loss",
  run: (run: Run.Run<MyConfig>) =>
    Effect.gen(function* () {
      const { report_every } = run.config.training
      const { epoch } = yield* Run.position(run)
      const { val_loss = NaN } = yield* Run.metrics(run)
      if ((epoch + 1) % report_every === 0) {
        const message = `epoch ${epoch + 1}: the validation loss is ${val_loss.toFixed(3)}`
        yield* emit({ _tag: "Notice", level: "info", message })
      }
      return run
    })
})

export default Pipeline.make(
  "config-section",
  Stages.loadConfig(MyConfig),
  Stages.loadDataset(noisy),
  Stages.restoreOrInit({
    model: (input: ModelInput<MyConfig>) => blobsNet(input),
    objective: Objective.classification,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(
    Stages.trainEpoch,
    Stages.validate,
    report,
    Stages.trackBest({ metric: "val_loss", mode: "min" }),
    Stages.checkpoint
  ),
  Stages.evaluate("test")
)
