import * as Effect from "effect/Effect"
import { CheckpointStore } from "../../checkpointing/store/CheckpointStore.js"
import * as FileStore from "../../checkpointing/store/FileStore.js"
import * as Printable from "../../io/Printable.js"
import { t } from "../../language/Text.js"
import { Output } from "../../terminal/Output.js"

/** Sees to it that a checkpoint is never removed, and says under which name it stays. */
export const pinCheckpoint = Effect.fn("Pin.pin")(function* (checkpoint: string) {
  const store = yield* CheckpointStore
  const { out } = yield* Output
  const path = yield* store.pin(checkpoint)
  yield* out(t`pinned ${Printable.value(path)}: it is kept until holdfast unpin\n`)
}, Effect.provide(FileStore.layer))

/** Leaves a checkpoint to retention again. */
export const unpinCheckpoint = Effect.fn("Pin.unpin")(function* (checkpoint: string) {
  const store = yield* CheckpointStore
  const { out } = yield* Output
  const path = yield* store.unpin(checkpoint)
  yield* out(
    t`unpinned ${Printable.value(path)}: it goes when training.keep_last and the like no longer keep it\n`
  )
}, Effect.provide(FileStore.layer))
