import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { CheckpointStore, Objective, Pipeline, Stage, Stages, type TrainedModel } from "holdfast"
import { blobsNet, BlobsConfig, session } from "holdfast/testing"
import ema from "../../examples/ema/pipeline.js"
import { configOf } from "../examples/example.js"

const config = configOf("ema")

/** What the model predicts for one input, with the weights of a state where one is named. */
const predicting = (weights?: string | null) =>
  Pipeline.make(
    "predicting",
    Stages.loadConfig(BlobsConfig),
    Stages.restoreModel(BlobsConfig, {
      model: blobsNet,
      objective: Objective.classification,
      ...(weights !== undefined && { weights })
    }),
    Stage.make("predict", {
      description: "predict one input",
      run: (model: TrainedModel<BlobsConfig>) =>
        Effect.map(model.predict(new Float32Array(8).fill(0.5), 1), (values) => [...values])
    })
  )

describe("restoreModel with weights", () => {
  it.scopedLive(
    "predicts with the average, or its own weights, and refuses a state that has none",
    () =>
      Effect.gen(function* () {
        const store = Layer.succeedContext(yield* Layer.build(CheckpointStore.memory))
        const trained = yield* session(ema, { config, store })
        expect(trained.exit._tag).toBe("Success")
        const folder = config["training"]!["checkpoint_dir"] as string
        const training = { checkpoint_dir: folder, num_epochs: 1, batch_size: 8, learning_rate: 1, seed: 1 } // prettier-ignore
        const run = (weights?: string | null) =>
          session(predicting(weights), { config: { ...config, training }, store, resume: "best" })
        const plain = yield* run(null)
        expect(plain.exit._tag).toBe("Success")
        const average = yield* run()
        expect(average.exit._tag).toBe("Success")
        expect(Exit.isSuccess(average.exit) && average.exit.value).not.toStrictEqual(
          Exit.isSuccess(plain.exit) && plain.exit.value
        )
        const wrong = yield* run("nothing")
        expect(wrong.exit).toMatchObject({ cause: { error: { _tag: "StateError" } } })
      })
  )
})
