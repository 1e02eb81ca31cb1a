import * as Effect from "effect/Effect"
import { rmSync } from "node:fs"
import type { Checkpoint } from "holdfast"
import { Direct } from "../../src/io/directWrite.js"
import { sampleMeta } from "../../test/checkpointing/sample.js"
import * as CheckpointFile from "../../test/support/checkpointFile.js"
import { timed } from "../checkpoints/turns.js"

/** Past the page cache, or through it, whatever the size of the file. */
export const ways = ["direct", "cached"] as const
export type Way = (typeof ways)[number]

/** Tensors of so many MiB, half a MiB each or more. */
const checkpointOf = (mebibytes: number): Checkpoint.Checkpoint => {
  const count = Math.min(12, 2 * mebibytes)
  const length = Math.round((mebibytes / count) * 2 ** 18)
  const tensors = Array.from({ length: count }, (_, i): [string, Checkpoint.CheckpointTensor] => {
    const values = Float32Array.from({ length }, (_, j) => Math.sin(i + j))
    const bytes = new Uint8Array(values.buffer)
    return [
      `model_state_dict.${i}`,
      { dtype: "F32", shape: [length], bytes: Effect.succeed(bytes), view: () => bytes }
    ]
  })
  return { meta: sampleMeta(1), tensors: new Map(tensors) }
}

/** The milliseconds that a save takes; the file is removed afterwards. */
export const saveOf = (path: string, mebibytes: number, way: Way) => {
  const checkpoint = checkpointOf(mebibytes)
  return Effect.gen(function* () {
    const access = yield* Direct
    const least = way === "direct" ? 0 : Infinity
    const save = Effect.provideService(CheckpointFile.write(path, checkpoint), Direct, {
      ...access,
      least
    })
    const milliseconds = yield* timed(save)
    rmSync(path)
    return milliseconds
  })
}
