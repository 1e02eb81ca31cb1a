/** Tests of the pipeline: a short run, and the same run interrupted at different moments and resumed. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Checkpoints, CheckpointStore } from "holdfast"
import { checkExactness, session } from "holdfast/testing"
import { describe, expect, it } from "vitest"
import baseConfig from "../examples/fine-tuning/base.json" with { type: "json" }
import base from "../examples/fine-tuning/base.js"
import config from "../examples/fine-tuning/config.json" with { type: "json" }
import pipeline from "../examples/fine-tuning/pipeline.js"

const data = { train: 192, validation: 32, test: 32 }

/** A store in memory that holds the best checkpoint of the base, which is trained for it. */
const withBase = Effect.gen(function* () {
  const folder = baseConfig.training.checkpoint_dir
  const memory = yield* Layer.build(CheckpointStore.memory)
  yield* session(base, {
    config: { ...baseConfig, data, training: { ...baseConfig.training, num_epochs: 1 } },
    store: Layer.succeedContext(memory)
  })
  const { best } = yield* Effect.provide(Checkpoints.open(folder), memory)
  const { checkpoint } = Option.getOrThrow(yield* best)
  return Layer.scoped(
    CheckpointStore,
    Effect.tap(CheckpointStore, (store) =>
      Effect.scoped(Effect.flatMap(store.open(folder), (opened) => opened.save(checkpoint, "best")))
    )
  ).pipe(Layer.orDie, Layer.provide(CheckpointStore.memory))
})

const short = { ...config, data, training: { ...config.training, num_epochs: 2 } }

describe("the pipeline", { timeout: 300_000 }, () => {
  it("ends the same, to the bit, wherever it is interrupted", async () => {
    const { different, stops } = await Effect.runPromise(
      Effect.scoped(
        Effect.flatMap(withBase, (store) =>
          checkExactness(pipeline, {
            config: short,
            folder: config.training.checkpoint_dir,
            store,
            stopEvery: 12
          })
        )
      )
    )
    expect(stops.length).toBeGreaterThan(0)
    expect(different).toEqual([])
  })
})
