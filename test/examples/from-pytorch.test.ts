import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { fileURLToPath } from "node:url"
import { Checkpoints, CheckpointStore } from "holdfast"
import { session } from "holdfast/testing"
import pipeline from "../../examples/from-pytorch/pipeline.js"
import { configOf, evaluated, testExample } from "./example.js"

const path = fileURLToPath(new URL("../../examples/from-pytorch/pretrained.pth", import.meta.url))

/** The example's config, for a process in another folder. */
const config = configOf("from-pytorch")
const training = { ...config["training"], init_from: { path, optimizer: true } }

testExample("from-pytorch", pipeline, {
  stopEvery: 5,
  training: { num_epochs: 2 },
  everywhere: { init_from: training.init_from },
  check: (outcome) => {
    expect(evaluated(outcome)["accuracy"]).toBeGreaterThan(0.9)
  }
})

describe("examples/from-pytorch", () => {
  const run = (more: object, options: Partial<Parameters<typeof session>[1]> = {}) =>
    Effect.gen(function* () {
      const services = yield* Layer.build(CheckpointStore.memory)
      const store = Layer.succeedContext(services)
      const all = { ...config, training: { ...training, num_epochs: 1, ...more } }
      const outcome = yield* session(pipeline, { config: all, store, ...options })
      const folder = Effect.provide(Checkpoints.open(config["training"]!["checkpoint_dir"] as string), services) // prettier-ignore
      const latest = yield* Effect.flatMap(folder, ({ latest }) => latest)
      return { outcome, all, store, checkpoint: Option.getOrThrow(latest).checkpoint }
    })

  it.scopedLive("continues from the state of AdamW, after 21 updates of PyTorch", () =>
    Effect.gen(function* () {
      const { checkpoint, outcome } = yield* run({})
      expect(checkpoint.meta.optimizer_state_dict).toMatchObject({ name: "adamw", step: 21 + 14 })
      expect(checkpoint.meta.initialized_from).toMatchObject({ format: "pytorch", loaded: 10 })
      expect(outcome.events).toContainEqual(
        expect.objectContaining({
          _tag: "WeightsLoaded",
          info: expect.objectContaining({ epoch: 3, config: { lr: 0.003, hidden: 24 } }) as unknown
        })
      )
    })
  )

  it.scopedLive(
    "keeps frozen weights to the bit, through a stop, and does not read the file again",
    () =>
      Effect.gen(function* () {
        const init_from = { path, freeze: ["features_*"] as const }
        const {
          all,
          checkpoint: before,
          store
        } = yield* run(
          { init_from },
          { interruptAt: (event) => event._tag === "StepFinished" && event.step === 3 }
        )
        const moved = { ...all, training: { ...all.training, init_from: { path: "moved.pth" } } }
        const { events, exit } = yield* session(pipeline, { config: moved, store })
        expect(exit._tag).toBe("Success")
        expect(events.filter(({ _tag }) => _tag === "WeightsLoaded")).toStrictEqual([])
        const folder = Effect.provide(Checkpoints.open(config["training"]!["checkpoint_dir"] as string), store) // prettier-ignore
        const latest = yield* Effect.flatMap(folder, ({ latest }) => latest)
        const after = Option.getOrThrow(latest).checkpoint
        expect(after.meta.initialized_from).toStrictEqual(before.meta.initialized_from)
        const names = [...before.tensors.keys()].filter((name) =>
          name.startsWith("model_state_dict.f")
        )
        expect(names).toHaveLength(8)
        for (const name of names) {
          const bytes = yield* before.tensors.get(name)!.bytes
          expect(yield* after.tensors.get(name)!.bytes, name).toStrictEqual(bytes)
        }
        const slots = [...after.tensors.keys()].filter((name) =>
          name.startsWith("optimizer_state_dict.")
        )
        expect(slots.every((name) => name.includes("classifier"))).toBe(true)
      })
  )

  it.scopedLive("refuses a file that does not fit, and leaves the folder as it is", () =>
    Effect.gen(function* () {
      const { exit } = yield* session(pipeline, {
        config: { ...config, training, data: { ...config["data"], classes: 4 } },
        store: CheckpointStore.memory
      })
      expect(exit).toMatchObject({
        _tag: "Failure",
        cause: { error: { _tag: "LoadError", reason: { _tag: "Incomplete" } } }
      })
    })
  )
})
