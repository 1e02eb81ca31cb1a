import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import type { IntactEntry } from "../../src/checkpointing/CheckpointEntry.js"
import type { CheckpointMeta } from "../../src/checkpointing/Checkpoint.js"
import * as FileNames from "../../src/checkpointing/FileNames.js"
import * as Retention from "../../src/checkpointing/Retention.js"
import { sampleMeta } from "./sample.js"

const candidate = (meta: CheckpointMeta): IntactEntry => {
  const name = FileNames.own(meta, new Set())
  return {
    path: name,
    name,
    modified: new Date(0),
    bytes: 1,
    aliases: [],
    pinned: false,
    health: Either.right(meta),
    meta
  }
}

/** The epochs kept of those with these validation losses, from epoch 1 on. */
const kept = (losses: ReadonlyArray<number>, retention: Partial<Retention.Retention> = {}) => {
  const all = losses.map((loss, index) => candidate(sampleMeta(index + 1, loss)))
  const gone = new Set(
    Retention.expendable(all, { ...Retention.defaults, ...retention }).map(({ path }) => path)
  )
  return all.filter(({ path }) => !gone.has(path)).map(({ meta }) => meta.epoch)
}

describe("Retention", () => {
  it.each<[string, ReadonlyArray<number>, Partial<Retention.Retention>, ReadonlyArray<number>]>([
    ["nothing of nothing", [], {}, []],
    ["the only one", [1], {}, [1]],
    ["the latest, the one before, and the best", [3, 1, 2, 4, 5], {}, [2, 4, 5]],
    ["the last three", [1, 2, 3, 4, 5], { keep_last: 3 }, [1, 3, 4, 5]],
    ["the best three", [1, 5, 3, 2, 4], { keep_last: 1, keep_best: 3 }, [1, 3, 4, 5]],
    ["the first of equals as the best", [2, 2, 2, 2], { keep_last: 1 }, [1, 4]],
    ["no NaN as the best", [NaN, 2, NaN, NaN], { keep_last: 1 }, [2, 4]],
    ["every third", [1, 2, 3, 4, 5, 6, 7], { keep_every: 3, keep_last: 1 }, [1, 3, 6, 7]],
    [
      "the best by another metric, and by its own",
      [3, 1, 2, 5, 4],
      { keep_last: 1, best_by: { metric: "val_loss", mode: "max" } },
      [2, 4, 5]
    ],
    [
      "no best by a metric that nobody measured",
      [1, 2, 3],
      { keep_last: 1, best_by: { metric: "f1", mode: "max" } },
      [1, 3]
    ]
  ])("keeps %s", (_, losses, retention, expected) => {
    expect(kept(losses, retention)).toEqual(expected)
  })

  it("never gives up finite weights for those that are not, and keeps the newest", () => {
    const finite = [3, 1, 2].map((loss, i) => candidate(sampleMeta(i + 1, loss)))
    const rest = [4, 5, 6].map((epoch) => candidate(sampleMeta(epoch, 0.5, { finite: false })))
    const gone = Retention.expendable([...finite, ...rest], {
      ...Retention.defaults,
      keep_every: 5
    })
    expect(gone.map(({ meta }) => meta.epoch)).toEqual([5, 4, 1])
  })

  it("keeps the newest that ends an epoch, if configured", () => {
    const between = [1, 2].map((epoch) => candidate(sampleMeta(epoch, epoch)))
    const best = { metric: "val_loss", mode: "min", value: 1, epoch: 1 } as const
    const middle = [3, 5, 7].map((step) =>
      candidate(
        sampleMeta(2, 2, {
          step,
          best,
          global_step: 14 + step,
          saved_at: `2026-02-01T00:00:0${step}.000Z`
        })
      )
    )
    const gone = (keep_epoch_end: boolean) =>
      Retention.expendable([...between, ...middle], {
        ...Retention.defaults,
        keep_epoch_end
      }).map(({ meta }) => [meta.epoch, meta.step])
    expect(gone(false)).toEqual([
      [2, 3],
      [2, 0]
    ])
    expect(gone(true)).toEqual([[2, 3]])
  })

  it("never ranks weights by a metric of earlier weights", () => {
    const middle = candidate(sampleMeta(1, 0.01, { step: 5, global_step: 12 }))
    const others = [2, 3, 4].map((epoch) => candidate(sampleMeta(epoch, epoch)))
    const gone = Retention.expendable([middle, ...others], { ...Retention.defaults, keep_last: 1 })
    expect(gone.map(({ meta }) => meta.epoch)).toEqual([3, 1])
  })

  it("knows the names that it may remove", () => {
    const taken = new Set<string>()
    for (const nth of ["", "-2", "-3"]) {
      const name = FileNames.own({ epoch: 12, step: 34 }, taken)
      expect(name).toBe(`epoch-0012-step-000034${nth}.safetensors`)
      expect(FileNames.isOwn(name)).toBe(true)
      taken.add(name)
    }
    const others = [
      "best_model.safetensors",
      "my-epoch-0001-step-000000.safetensors",
      "a.safetensors"
    ]
    expect(others.some(FileNames.isOwn)).toBe(false)
  })
})
