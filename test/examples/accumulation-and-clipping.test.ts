import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import { CheckpointStore, type Pipeline } from "holdfast"
import { session } from "holdfast/testing"
import pipeline from "../../examples/accumulation-and-clipping/pipeline.js"
import { configOf, evaluated, recordsOf, testExample } from "./example.js"

const name = "accumulation-and-clipping"

testExample(name, pipeline, {
  stopEvery: 7,
  training: { num_epochs: 2 },
  check: (outcome) => {
    expect(evaluated(outcome)["accuracy"]).toBeGreaterThan(0.8)
    const records = recordsOf(outcome)
    for (const record of records) expect(record["train_gradient_norm"]).toBeGreaterThan(0)
  }
})

describe("gradient accumulation", () => {
  it.scopedLive("saves the position between two updates inside an epoch", () =>
    Effect.gen(function* () {
      const config = configOf(name)
      const store = Context.get(yield* Layer.build(CheckpointStore.memory), CheckpointStore)
      // Eight steps are two updates, and two steps toward the third.
      yield* session(pipeline as Pipeline.Pipeline<unknown>, {
        config,
        store: Layer.succeed(CheckpointStore, store),
        interruptAt: (event) => event._tag === "StepFinished" && event.step === 8
      })
      const folder = config["training"]!["checkpoint_dir"] as string
      const { checkpoint } = Option.getOrThrow(yield* store.openReadOnly(folder).latest)
      expect(checkpoint.meta.step).toBe(8)
      expect(checkpoint.meta.optimizer_state_dict).toMatchObject({ step: 2, accumulated: 2 })
    })
  )
})
