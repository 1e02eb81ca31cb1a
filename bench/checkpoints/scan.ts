import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Run } from "holdfast"
import { writeCheckpoint } from "../../src/checkpointing/format/WriteCheckpoint.js"
import type { Figure } from "./figures.js"
import { ms } from "./figures.js"
import { find } from "./find.js"
import { history, snapshot } from "./run.js"
import { median } from "../median.js"
import { inTurn, timed } from "./turns.js"

const count = 1000
const first = fileURLToPath(new URL("findFirst.ts", import.meta.url))

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
    yield* writeCheckpoint(join(folder, `${nth}.safetensors`), { ...checkpoint, meta })
  }
}, Effect.scoped)

/** How long it takes a process that has done nothing else to find the latest and the best. */
const findFirst = (folder: string) =>
  Effect.sync(() => Number(execFileSync(process.execPath, ["--import", "tsx", first, folder])))

/** Finding the latest and the best of 1,000 checkpoints. */
export const figures = Effect.fnUntraced(function* (
  run: Run.Run,
  folder: string,
  rounds: number
) {
  const short = join(folder, "short")
  const long = join(folder, "long")
  yield* fill(run, short, (nth) => Math.ceil(nth / 40))
  yield* fill(run, long, (nth) => nth)
  const times = yield* inTurn(rounds, {
    short: timed(find(short)),
    long: timed(find(long)),
    first: findFirst(long)
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
    figure("the same, of 1,000 epochs", median(times.long)),
    figure("the same, first of all in a process", median(times.first))
  ]
})
