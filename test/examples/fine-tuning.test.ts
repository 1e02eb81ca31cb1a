import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { readFileSync } from "node:fs"
import { Checkpoints, CheckpointStore } from "holdfast"
import { session } from "holdfast/testing"
import base from "../../examples/fine-tuning/base.js"
import pipeline from "../../examples/fine-tuning/pipeline.js"
import { configOf, evaluated, testExample } from "./example.js"

const baseConfig = JSON.parse(
  readFileSync(new URL("../../examples/fine-tuning/base.json", import.meta.url), "utf8")
) as Record<string, Record<string, unknown>> & {
  readonly training: { readonly checkpoint_dir: string }
}

/** For all runs here. */
const few = { train: 160, validation: 32, test: 96 }

const bestIn = (folder: string) =>
  Effect.map(
    Effect.flatMap(Checkpoints.open(folder), ({ best }) => best),
    (found) => Option.getOrThrow(found).checkpoint
  )

const baseFolder = baseConfig.training.checkpoint_dir

/** The base's best checkpoint, trained once. */
const trainedBase = await Effect.runPromise(
  Effect.gen(function* () {
    const services = yield* Layer.build(CheckpointStore.memory)
    const config = { ...baseConfig, data: few }
    yield* session(base, { config, store: Layer.succeedContext(services) })
    return yield* Effect.provide(bestIn(baseFolder), services)
  }).pipe(Effect.scoped)
)

/** A store that holds it. */
const withBase = Layer.scoped(
  CheckpointStore,
  Effect.tap(CheckpointStore, (store) =>
    Effect.scoped(
      Effect.flatMap(store.open(baseFolder), (folder) => folder.save(trainedBase, "best"))
    )
  )
).pipe(Layer.orDie, Layer.provide(CheckpointStore.memory))

testExample("fine-tuning", pipeline, {
  stopEvery: 9,
  everywhere: { num_epochs: 6 },
  training: { num_epochs: 2 },
  data: few,
  store: withBase,
  check: (outcome) => {
    expect(evaluated(outcome)["accuracy"]).toBeGreaterThan(0.7)
  }
})

describe("examples/fine-tuning", () => {
  const own = configOf("fine-tuning")
  const config: typeof own = { ...own, training: { ...own["training"], num_epochs: 1 }, data: few }

  it.scopedLive("keeps the frozen layer of the base, and trains the others", () =>
    Effect.gen(function* () {
      const services = yield* Layer.build(withBase)
      yield* session(pipeline, { config, store: Layer.succeedContext(services) })
      const folder = config["training"]!["checkpoint_dir"] as string
      const tuned = yield* Effect.provide(bestIn(folder), services)
      const names = [...tuned.tensors.keys()].filter((name) =>
        name.startsWith("model_state_dict.base")
      )
      expect(names).toHaveLength(4)
      for (const name of names) {
        const before = yield* trainedBase.tensors.get(name)!.bytes
        const after = yield* tuned.tensors.get(name)!.bytes
        expect(Buffer.compare(before, after) === 0, name).toBe(name.includes("base_1."))
      }
      const moments = [...tuned.tensors.keys()].filter((name) =>
        name.startsWith("optimizer_state_dict.")
      )
      expect(moments).toHaveLength(8)
      expect(moments.filter((name) => name.includes("base_1."))).toStrictEqual([])
    })
  )

  it.scopedLive("refuses groups of weights that the model does not have", () =>
    Effect.gen(function* () {
      const run = (parameter_groups: unknown) =>
        session(pipeline, {
          config: { ...config, training: { ...config["training"], parameter_groups } },
          store: withBase
        })
      const message = (reason: string) => ({
        _tag: "Failure",
        cause: { error: { _tag: "ModelMismatch", reason: "Weights", detail: reason } }
      })
      expect((yield* run([{ weights: ["head.*", "base_3.*"], frozen: true }])).exit).toMatchObject(
        message(
          'training.parameter_groups names "base_3.*", but no weight of the model has such a name; they are base_1.kernel, base_1.bias, base_2.kernel, base_2.bias, head.kernel, head.bias'
        )
      )
      expect((yield* run([{ weights: "*", frozen: true }])).exit).toMatchObject(
        message("training.parameter_groups leaves no weight to train: all are frozen")
      )
    })
  )

  it.scopedLive("says how to train the base where there is none", () =>
    Effect.gen(function* () {
      const { exit } = yield* session(pipeline, { config, store: CheckpointStore.memory })
      expect(exit).toMatchObject({
        _tag: "Failure",
        cause: { error: { _tag: "NoBase", folder: config["model"]!["base"] } }
      })
    })
  )
})
