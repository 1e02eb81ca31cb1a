import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import type { Checkpoint, Run } from "holdfast"
import * as CheckpointFile from "../../src/checkpoint/CheckpointFile.js"
import { choose, preferred } from "../../src/checkpoint/Choice.js"
import { scan } from "../../src/checkpoint/fileStore/Scan.js"
import type { Figure } from "./figures.js"
import { ms } from "./figures.js"
import { history, snapshot } from "./run.js"
import { median } from "../median.js"
import { inTurn, timed } from "./turns.js"

const count = 1000

/** A folder with 1,000 checkpoints; `epochs` is how many have ended by the time of the `nth`. */
const fill = Effect.fnUntraced(function* (
  run: Run.Run,
  folder: string,
  epochs: (nth: number) => number
) {
  mkdirSync(folder, { recursive: true })
  const { checkpoint } = yield* snapshot(run)
  const records = history(epochs(count))
  for (let nth = 1; nth <= count; nth++) {
    const meta = {
      ...checkpoint.meta,
      epoch: epochs(nth),
      step: 0,
      global_step: nth,
      saved_at: new Date(nth * 1000).toISOString(),
      train_history: records.slice(0, epochs(nth))
    }
    yield* CheckpointFile.place(join(folder, `${nth}.safetensors`), { ...checkpoint, meta })
  }
}, Effect.scoped)

/** Finds the latest and the best in a folder, but for loading them. */
const find = Effect.fnUntraced(function* (folder: string, meta: Checkpoint.CheckpointMeta) {
  const { errors, ranked } = yield* scan(folder)
  const load = () => Effect.succeed({ meta, tensors: new Map() })
  yield* Effect.forEach(["latest", "best"] as const, (name) =>
    Effect.map(choose({ ranked: preferred(ranked, name), errors }, load), Option.getOrThrow)
  )
})

/** Finding the latest and the best of 1,000 checkpoints. */
export const figures = Effect.fnUntraced(function* (
  run: Run.Run,
  folder: string,
  rounds: number
) {
  yield* fill(run, join(folder, "short"), (nth) => Math.ceil(nth / 40))
  yield* fill(run, join(folder, "long"), (nth) => nth)
  const { meta } = (yield* snapshot(run)).checkpoint
  const times = yield* inTurn(rounds, {
    short: timed(find(join(folder, "short"), meta)),
    long: timed(find(join(folder, "long"), meta))
  })
  const figure = (name: string, milliseconds: number): Figure => ({
    name,
    ours: ms(milliseconds),
    reference: "–",
    value: "–",
    bar: "at most 100 ms",
    isMet: milliseconds <= 100
  })
  return [
    figure("latest and best of 1,000, of 25 epochs", median(times.short)),
    figure("the same, of 1,000 epochs", median(times.long))
  ]
})
