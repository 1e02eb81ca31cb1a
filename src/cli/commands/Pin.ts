import * as Effect from "effect/Effect"
import { CheckpointStore } from "../../checkpointing/store/CheckpointStore.js"
import * as Printable from "../../io/Printable.js"
import { t } from "../../language/Text.js"
import { Output } from "../../terminal/Output.js"
import * as Command from "../Command.js"
import { onCheckpoints } from "../Platform.js"

const checkpoint = Command.argument(t`the checkpoint file, by any of its names`)

/** Pins or unpins a checkpoint, and prints what `report` makes of its path. */
const change =
  (how: "pin" | "unpin", report: (path: string) => string) =>
  ({ checkpoint }: { readonly checkpoint: string }) =>
    onCheckpoints(
      Effect.gen(function* () {
        const store = yield* CheckpointStore
        const { out } = yield* Output
        yield* out(report(Printable.value(yield* store[how](checkpoint))))
      })
    )

/** `holdfast pin`. */
export const pin = Command.make({
  name: "pin",
  summary: t`Keep a checkpoint permanently, exempt from retention`,
  examples: [["holdfast pin checkpoints/best_model.safetensors", t`keep the current best`]],
  arguments: { checkpoint },
  options: {},
  run: change("pin", (path) => t`pinned ${path}: kept until holdfast unpin\n`)
})

/** `holdfast unpin`. */
export const unpin = Command.make({
  name: "unpin",
  summary: t`Let retention delete a pinned checkpoint again`,
  examples: [
    ["holdfast unpin checkpoints/epoch-0012-step-000000.safetensors", t`unpin this checkpoint`]
  ],
  arguments: { checkpoint },
  options: {},
  run: change("unpin", (path) => t`unpinned ${path}: retention may delete it again\n`)
})
