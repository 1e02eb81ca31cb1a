import type { FileSystem } from "@effect/platform/FileSystem"
import type { Path } from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { CheckpointStore } from "../checkpointing/store/CheckpointStore.js"
import { Signals } from "../process/Signals.js"

/** Node's file system and paths, imported when they are first needed: `--help` needs neither. */
const platform: Layer.Layer<FileSystem | Path> = Layer.unwrapEffect(
  Effect.map(
    Effect.promise(() => import("../io/NodePlatform.js")),
    ({ layer }) => layer
  )
)

/** Runs a command that works on files, while a watchdog answers signals. */
export const onPlatform = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const { watch } = yield* Signals
    const [context] = yield* Effect.all([Layer.build(platform), watch], {
      concurrency: "unbounded"
    })
    return yield* Effect.provide(effect, context)
  }).pipe(Effect.scoped)

/** Runs a command that works on checkpoints in files, or in buckets. */
export const onCheckpoints = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  onPlatform(
    Effect.flatMap(
      Effect.promise(() => import("../checkpointing/store/UrlStorage.js")),
      ({ layer }) => Effect.provide(effect, Layer.merge(CheckpointStore.file, layer))
    )
  )
