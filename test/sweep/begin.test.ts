import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as MemoryStorage from "../../src/checkpointing/store/MemoryStorage.js"
import { Storage } from "../../src/checkpointing/Storage.js"
import { layer as platform } from "../../src/io/NodePlatform.js"
import { begin } from "../../src/sweep/begin.js"
import { Definition } from "../../src/sweep/Definition.js"
import { readDefinitionIn } from "../../src/sweep/SweepBucket.js"
import { readDefinition } from "../../src/sweep/SweepFolder.js"

const bucket = "s3://bucket/rates"

const definition = (more: object = {}): Definition =>
  Schema.decodeUnknownSync(Definition)({
    version: 1,
    name: "rates",
    space: { "training.learning_rate": { kind: "log_uniform", low: 1e-3, high: 1e-1 } },
    search: { name: "random" },
    scheduler: { name: "none" },
    trials: 4,
    pipeline: "pipeline.ts",
    checkpoint_dir: bucket,
    config: {},
    epochs: 3,
    backend: "wasm",
    started_at: "2026-11-28T00:00:00Z",
    ...more
  })

/** A machine: a new folder. */
const machine = Effect.flatMap(FileSystem.FileSystem, (fileSystem) =>
  fileSystem.makeTempDirectoryScoped({ prefix: "holdfast-begin-" })
)

const services = Layer.merge(platform, Layer.effect(Storage, MemoryStorage.make))

describe("begin", () => {
  it.scopedLive(
    "has what a sweep computes in its bucket, for all machines, and in their folders",
    () =>
      Effect.gen(function* () {
        const [one, two] = [yield* machine, yield* machine]
        yield* begin(one, definition())
        const resumed = yield* begin(two, definition({ started_at: "2027-01-01T00:00:00Z" }))
        expect(resumed.started_at).toBe("2026-11-28T00:00:00Z")
        expect(yield* readDefinition(two)).toEqual(yield* readDefinition(one))
        expect(yield* readDefinitionIn(bucket)).toEqual(yield* readDefinition(one))

        const more = yield* begin(two, definition({ trials: 9 }))
        expect(more.trials).toBe(9)
        // The other machine learns of it by the bucket.
        const fewer = yield* Effect.flip(begin(one, definition()))
        expect(fewer.message).toContain(`${bucket} holds a sweep of this name whose trials is 9`)
        expect((yield* begin(one, definition({ trials: 9 }))).trials).toBe(9)
        expect((yield* readDefinition(one)).trials).toBe(9)
      }).pipe(Effect.provide(services))
  )

  it.scopedLive(
    "refuses another sweep in the bucket, and one whose folder has records of another",
    () =>
      Effect.gen(function* () {
        const [one, two] = [yield* machine, yield* machine]
        yield* begin(one, definition())
        const other = yield* Effect.flip(begin(two, definition({ seed: 7 })))
        expect(other.message).toContain(
          `${bucket} holds a sweep of this name whose seed is 0, not 7`
        )
        yield* begin(two, definition({ seed: 7, checkpoint_dir: "s3://bucket/other" }))
        const stale = yield* Effect.flip(begin(two, definition()))
        expect(stale.message).toContain(`${two} holds a sweep of this name`)
      }).pipe(Effect.provide(services))
  )
})
