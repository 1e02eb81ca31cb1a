import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { Models, Optimizer } from "holdfast"
import * as StartBackend from "../../src/backends/StartBackend.js"
import * as NodePlatform from "../../src/io/NodePlatform.js"
import * as InitFrom from "../../src/models/InitFrom.js"
import { partsOf } from "../../src/training/ModelParts.js"
import { tensorOf } from "../../src/training/Weights.js"
import { testBackend } from "../support/backend.js"
import { fixture, models as built } from "./fixtures.js"

await Effect.runPromise(StartBackend.start(testBackend))

describe("InitFrom.loadOptimizer", () => {
  it.effect("has SGD start with PyTorch's momentum, in our layout", () =>
    Effect.gen(function* () {
      const file = yield* Models.open(fixture("sequences.pt"))
      const options = {
        path: fixture("sequences.pt"),
        key: null,
        map: {},
        partial: false,
        freeze: false,
        optimizer: true
      }
      const models = { model: built["sequences.pt"]() }
      const initialized = yield* InitFrom.initialize(models, { file, options })
      const variables = partsOf({ models }).weights.map(
        (weight) => [weight.name, tensorOf(weight)] as const
      )
      const optimizer = Optimizer.chain(Optimizer.sgd.make({ momentum: 0.9, dampening: 0.5 }))(
        new Map(variables)
      )
      yield* InitFrom.loadOptimizer(optimizer, models, initialized)

      const { tensors, values } = optimizer.stateDict()
      // Its first update has been made: later ones dampen the gradient.
      expect(values).toMatchObject({ name: "sgd", step: 1 })
      const ours = (layer: string, weight: string) => {
        const key = `momentum_buffer.${layer}.${weight}`
        const name = Object.keys(tensors).find((one) => one.replace(/_\d+\./, ".") === key)
        return [...tensors[name!]!.dataSync()]
      }
      const { slots } = file.optimizer as Exclude<typeof file.optimizer, string | null>
      const theirs = (name: string) => [
        ...Either.getOrThrow(slots.get(name)!.get("momentum_buffer")!.read())
      ]
      // [out, in] of PyTorch is our [in, out]; the gates of a GRU are in another order.
      const head = theirs("head.weight")
      expect(head.some((one) => one !== 0)).toBe(true)
      expect(ours("dense", "kernel")).toStrictEqual(
        [0, 1, 2, 3].flatMap((input) => [0, 1].map((output) => head[output * 4 + input]!))
      )
      expect(ours("dense", "bias")).toStrictEqual(theirs("head.bias"))
      const gates = (one: ReadonlyArray<number>) => [
        ...one.slice(4, 8),
        ...one.slice(0, 4),
        ...one.slice(8)
      ]
      expect(ours("gru", "bias")).toStrictEqual([
        ...gates(theirs("gru.bias_ih_l0")),
        ...gates(theirs("gru.bias_hh_l0"))
      ])
    }).pipe(Effect.provide(NodePlatform.layer))
  )
})
