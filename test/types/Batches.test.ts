import { expectTypeOf, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import {
  Config,
  Objective,
  Optimizer,
  Pipeline,
  type Run,
  Scheduler,
  Stage,
  Stages,
  TrainStep,
  type Dataset,
  type LabelledBatch,
  type TrainedModel
} from "holdfast"
import * as tf from "holdfast/tf"

const MyConfig = Config.make({ model: Schema.Struct({}), data: Schema.Struct({}) })
type MyConfig = typeof MyConfig.Type
type People = LabelledBatch<
  { readonly face: Uint8Array },
  { readonly age: Float32Array; readonly sex: Int32Array }
>
interface Pairs {
  readonly size: number
  readonly left: Float32Array
  readonly right: Float32Array
}

declare const net: tf.LayersModel
declare const people: Dataset<People>

const config = Stages.loadConfig(MyConfig)
const load = <B extends { readonly size: number }>(dataset: Dataset<B>) =>
  Stages.loadDataset((_config: MyConfig) => Effect.succeed(dataset))
const rest = { model: () => net, optimizer: Optimizer.fromConfig, scheduler: Scheduler.fromConfig }
const sexAndAge = Objective.multi({ age: Objective.regression, sex: Objective.binary })

it("asks a dataset to declare the arrays of its batches by their names", () => {
  type Splits = Pick<Dataset<People>, "name" | "fingerprint" | "train" | "validation" | "test">
  const splits = {} as Splits
  const labels = { age: { shape: [] }, sex: { shape: [] } }
  const declared: Dataset<People> = { ...splits, inputs: { face: { shape: [8] } }, labels }
  // @ts-expect-error the input is called face
  const misnamed: Dataset<People> = { ...splits, inputs: { image: { shape: [8] } }, labels }
  // @ts-expect-error the label age is not declared
  const missing: Dataset<People> = { ...declared, labels: { sex: { shape: [] } } }
  // @ts-expect-error a single label has a shape
  const single: Dataset = { ...splits, inputShape: [8] }
  expectTypeOf([misnamed, missing, single]).toBeArray()
})

it("passes the type of the batches on to every stage of the run", () => {
  const reads = Stage.make("reads", {
    description: "read a batch",
    run: (run: Run.Run<MyConfig, People>) =>
      Effect.map(run.dataset.train.batch(Int32Array.of(0)), ({ inputs, labels }) => {
        expectTypeOf(inputs.face).toEqualTypeOf<Uint8Array>()
        expectTypeOf(labels.age).toEqualTypeOf<Float32Array>()
        return run
      })
  })
  const restore = Stages.restoreOrInit({ ...rest, objective: sexAndAge })
  const epochs = Stages.epochs(Stages.trainEpoch, reads, Stages.checkpoint)
  expectTypeOf(() => Pipeline.make("people", config, load(people), restore, epochs)).toBeFunction()
})

it("refuses data without a label that the objective trains", () => {
  const objective = Objective.multi({ age: Objective.regression, name: Objective.regression })
  const restore = Stages.restoreOrInit({ ...rest, objective })
  expectTypeOf(() => [
    // @ts-expect-error people have no label called name
    Pipeline.make("people", config, load(people), restore),
    Pipeline.make(
      "people",
      config,
      load(people),
      // @ts-expect-error classification trains a single label
      Stages.restoreOrInit({ ...rest, objective: Objective.classification })
    )
  ]).toBeFunction()
})

it("types the batch of a custom step", () => {
  const step = (input: TrainStep.StepInput<People>) =>
    TrainStep.minimize(input, ({ batch }) => {
      expectTypeOf(batch.labels.sex).toEqualTypeOf<Int32Array>()
      return { loss: tf.scalar(batch.size) }
    })
  const ofPairs = (input: TrainStep.StepInput<Pairs>) =>
    TrainStep.minimize(input, ({ batch }) => ({ loss: tf.scalar(batch.left.length) }))
  const restore = Stages.restoreOrInit({ ...rest, objective: sexAndAge })
  expectTypeOf(() => [
    Pipeline.make(
      "people",
      config,
      load(people),
      restore,
      Stages.epochs(Stages.trainEpochWith({ step }), Stages.checkpoint)
    ),
    Pipeline.make(
      "people",
      config,
      load(people),
      restore,
      // Hooks alone take any batch.
      Stages.epochs(Stages.trainEpochWith({ hooks: [] }), Stages.checkpoint)
    ),
    Pipeline.make(
      "people",
      config,
      load(people),
      restore,
      // @ts-expect-error the step is for batches of pairs
      Stages.epochs(Stages.trainEpochWith({ step: ofPairs }), Stages.checkpoint)
    )
  ]).toBeFunction()
})

it("types the predictions of several outputs by their names", () => {
  type Trained = TrainedModel<MyConfig, Objective.MultiObjective<"age" | "sex">>
  type Predicted = Effect.Effect.Success<ReturnType<Trained["predict"]>>
  expectTypeOf<Predicted>().toEqualTypeOf<Readonly<Record<"age" | "sex", Float32Array>>>()
  type Single = Effect.Effect.Success<ReturnType<TrainedModel<MyConfig>["predict"]>>
  expectTypeOf<Single>().toEqualTypeOf<Float32Array>()
})
