/**
 * The exponential moving average of the weights (EMA), by a hook at each step. Validation measures the
 * average, and the best model is the best average, when it is evaluated and when it is restored.
 *
 *   cd examples/ema && npx holdfast run pipeline.ts
 *
 * To use the average, name it where the model is restored:
 * `Stages.restoreModel(BlobsConfig, { model: blobsNet, objective, weights: "ema" })`.
 */
import {
  Objective,
  Optimizer,
  Pipeline,
  Run,
  Scheduler,
  StepHook,
  Stages,
  type Stateful
} from "holdfast"
import { blobs, BlobsConfig, blobsNet } from "holdfast/testing"
import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"

type Weights = Readonly<Record<string, tf.Tensor>>

const mapped = (weights: Weights, f: (weight: tf.Tensor, name: string) => tf.Tensor): Weights =>
  Object.fromEntries(
    Object.entries(weights).map(([name, weight]) => [name, tf.keep(f(weight, name))])
  )

/** The average of a run's weights, which every checkpoint saves. Replaces its tensors at each update. */
const averageOf = (run: Run.Run, decay: number) => {
  let average = mapped(Run.weights(run), (weight) => weight.clone())
  const replace = (next: Weights) => {
    tf.dispose({ ...average })
    average = next
  }
  const part: Stateful = {
    stateDict: () => ({ tensors: average, values: {} }),
    loadStateDict: ({ tensors }) =>
      Effect.sync(() => replace(mapped(average, (_, name) => tensors[name]!.clone()))),
    reset: () => replace(mapped(Run.weights(run), (weight) => weight.clone())),
    dispose: () => replace({})
  }
  const update = () =>
    tf.tidy(() => {
      const weights = Run.weights(run)
      replace(mapped(average, (mean, name) => mean.mul(decay).add(weights[name]!.mul(1 - decay))))
    })
  return { part, update }
}

const ema = (decay: number) =>
  StepHook.make("ema", {
    start: (run) => {
      const { part, update } = averageOf(run, decay)
      return Effect.as(Run.register(run, "ema", part), update)
    },
    afterStep: (_, update) => Effect.sync(update)
  })

export default Pipeline.make(
  "ema",
  Stages.loadConfig(BlobsConfig),
  Stages.loadDataset((config: BlobsConfig) => blobs(config)),
  Stages.restoreOrInit({
    model: blobsNet,
    objective: Objective.classification,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(
    Stages.trainEpochWith({ hooks: [ema(0.9)] }),
    Stages.withWeights("ema", Stages.validate),
    Stages.trackBest({ metric: "val_loss", mode: "min" }),
    Stages.checkpoint
  ),
  Stages.evaluate("test", { weights: "ema" })
)
