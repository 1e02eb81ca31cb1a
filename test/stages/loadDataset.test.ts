import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Event, Observer, Stages } from "holdfast"
import { blobs, BlobsConfig } from "../support/blobs.js"

const config = Schema.decodeUnknownSync(BlobsConfig)({
  training: { num_epochs: 1, batch_size: 8, learning_rate: 0.1, seed: 1 },
  model: {},
  data: {}
})

describe("loadDataset", () => {
  it.effect("passes the config on with the data, and reports the sizes of its splits", () =>
    Effect.gen(function* () {
      const events: Array<Event> = []
      const observer = Observer.make((event) => Effect.sync(() => events.push(event)))
      const prepared = yield* Effect.provide(
        Stages.loadDataset((config: BlobsConfig) => blobs(config)).run(config),
        observer
      )
      expect(prepared.config).toBe(config)
      const { classes, name, test, train, validation } = prepared.dataset
      expect(events).toStrictEqual([
        {
          _tag: "DatasetLoaded",
          name,
          classes,
          sizes: { train: train.size, validation: validation.size, test: test.size }
        }
      ])
      expect(train.size).toBe(50)
    })
  )

  it.effect("fails as the loader fails, and reports nothing", () =>
    Effect.gen(function* () {
      const events: Array<Event> = []
      const observer = Observer.make((event) => Effect.sync(() => events.push(event)))
      const stage = Stages.loadDataset(() => Effect.fail("no such folder"))
      const error = yield* Effect.flip(Effect.provide(stage.run(config), observer))
      expect(error).toBe("no such folder")
      expect(events).toStrictEqual([])
    })
  )
})
