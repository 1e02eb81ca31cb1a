import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { MetricError, Stages } from "holdfast"
import { ConfigSource } from "../../src/config/ConfigSource.js"
import * as NodePlatform from "../../src/io/NodePlatform.js"
import { Preflight } from "../../src/training/RunPlan.js"
import { BlobsConfig } from "../support/blobs.js"

const valid = {
  training: { num_epochs: 3, batch_size: 4, learning_rate: 0.1, seed: 1 },
  model: {},
  data: {}
}
const load = (training: Readonly<Record<string, unknown>> = {}) =>
  Stages.loadConfig(BlobsConfig)
    .run(undefined)
    .pipe(
      Effect.provide([
        ConfigSource.layer({
          json: { ...valid, training: { ...valid.training, ...training } },
          overrides: { "training.num_epochs": 7 }
        }),
        NodePlatform.layer
      ])
    )

describe("loadConfig", () => {
  it.effect("gives the config with its defaults and what was set over it", () =>
    Effect.gen(function* () {
      const config = yield* load({ batch_size: 8 })
      expect(config.training).toMatchObject({ num_epochs: 7, batch_size: 8 })
      expect(config.data).toStrictEqual({ size: 50, classes: 3, seed: 1 })
    })
  )

  it.effect("fails by the field that is wrong", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(load({ batch_size: "many" }))
      expect(error.message).toContain("training.batch_size")
    })
  )

  it.effect("has every stage look at the config before it gives it", () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const problem = new MetricError({
        reason: { _tag: "Unknown" },
        metric: "x",
        by: "y",
        known: []
      })
      const refused = yield* load().pipe(
        Effect.provideService(Preflight, {
          check: (config) => {
            seen.push(config)
            return problem
          }
        }),
        Effect.flip
      )
      expect(refused.message).toContain("y monitors x")
      expect(seen).toMatchObject([{ training: { num_epochs: 7 } }])
    })
  )
})
