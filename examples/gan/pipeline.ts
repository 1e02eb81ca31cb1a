/**
 * A generative adversarial network (Goodfellow et al., arXiv:1406.2661): two models, each with its own
 * loss and optimizer, in a step of two phases. The generator learns to draw points from a ring.
 *
 *   cd examples/gan && npx holdfast run pipeline.ts
 */
import {
  Config,
  type Dataset,
  emit,
  type ModelInput,
  Objective,
  Optimizer,
  Pipeline,
  Random,
  type Run,
  Scheduler,
  Stage,
  Stages
} from "holdfast"
import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const GanConfig = Config.make({
  model: Schema.Struct({ latent: Schema.Int }),
  data: Schema.Struct({ size: Schema.Int })
})
type GanConfig = typeof GanConfig.Type

/** Points without labels: a batch holds what the losses need, and nothing else. */
interface Points {
  readonly size: number
  readonly points: Float32Array
}

const ring = ({ data }: GanConfig): Dataset<Points> => {
  const split = (name: string, size: number) => ({
    size,
    batch: (indices: Int32Array) =>
      Effect.sync(() => ({
        size: indices.length,
        points: Float32Array.from(Array.from(indices).flatMap((index) => pointOf(name, index)))
      }))
  })
  return {
    name: "ring",
    fingerprint: `ring of ${data.size}`,
    train: split("train", data.size),
    validation: split("validation", 64),
    test: split("test", 64)
  }
}

const pointOf = (split: string, index: number) => {
  const draw = Random.generator(Random.make(1), split, index)
  const [angle, radius] = [2 * Math.PI * draw(), 2 + 0.1 * draw()]
  return [radius * Math.cos(angle), radius * Math.sin(angle)]
}

const dense = (units: number, inputs: number) =>
  tf.layers.dense({ units, inputShape: [inputs], activation: "relu" })

const networks = ({ config }: ModelInput<GanConfig>) => ({
  generator: tf.sequential({
    layers: [dense(32, config.model.latent), tf.layers.dense({ units: 2 })]
  }),
  discriminator: tf.sequential({
    layers: [dense(32, 2), dense(32, 32), tf.layers.dense({ units: 1 })]
  })
})
type Networks = ReturnType<typeof networks>
type Input = Objective.LossInput<Networks, Points>

/** Draws points by the generator. Its noise is derived from the run's seed and the step. */
const drawn = ({ batch, models, training }: Input) => {
  const latent = models.generator.inputs[0]!.shape[1]!
  return models.generator.apply(tf.randomNormal([batch.size, latent]), { training }) as tf.Tensor
}

const logitsOf = ({ models, training }: Input, points: tf.Tensor) =>
  models.discriminator.apply(points, { training }) as tf.Tensor

/** The mean cross-entropy of logits whose labels are all 1, or all 0. */
const entropy = (label: 0 | 1, logits: tf.Tensor) =>
  tf.losses.sigmoidCrossEntropy(tf.fill(logits.shape, label), logits) as tf.Scalar

const adversaries = Objective.phases(
  {
    name: "discriminator",
    trains: "discriminator",
    metrics: ["real"],
    loss: (input: Input) => {
      const real = logitsOf(input, tf.tensor2d(input.batch.points, [input.batch.size, 2]))
      return {
        loss: tf.add<tf.Scalar>(entropy(1, real), entropy(0, logitsOf(input, drawn(input)))),
        // How many of the real points are taken for real.
        metrics: { real: tf.sum(tf.greater(real, 0).cast("float32")) }
      }
    }
  },
  {
    name: "generator",
    trains: "generator",
    loss: (input: Input) => ({ loss: entropy(1, logitsOf(input, drawn(input))) })
  }
)

/** Shows some points at the end. */
const sample = Stage.make("sample", {
  description: "draw some points",
  run: (run: Run.Run<GanConfig>) =>
    Effect.gen(function* () {
      const noise = tf.randomNormal([200, run.config.model.latent], 0, 1, "float32", 1)
      const points = run.models["generator"]!.predict(noise) as tf.Tensor2D
      const value = points.arraySync()
      tf.dispose([noise, points])
      yield* emit({ _tag: "Result", text: `drew ${value.length} points`, value })
      return run
    })
})

export default Pipeline.make(
  "gan",
  Stages.loadConfig(GanConfig),
  Stages.loadDataset((config: GanConfig) => Effect.succeed(ring(config))),
  Stages.restoreOrInit({
    model: networks,
    objective: adversaries,
    // One for each phase; a phase can name its own.
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(Stages.trainEpoch, Stages.validate, Stages.checkpoint),
  sample
)
