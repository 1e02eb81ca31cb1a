import { describe, expect, it } from "@effect/vitest"
import type { RankedEntry } from "../../src/checkpointing/CheckpointEntry.js"
import * as FileNames from "../../src/checkpointing/FileNames.js"
import * as Retention from "../../src/checkpointing/Retention.js"
import { keyOf, needed, nextUpload } from "../../src/checkpointing/store/mirror/plan.js"
import { sampleMeta } from "./sample.js"

const best = { metric: "val_loss", mode: "min", value: 0.1, epoch: 2 } as const

/** Checkpoints after these epochs of a run whose best is that of epoch 2. */
const entries = (folder: string, epochs: ReadonlyArray<number>, run = "run") =>
  epochs.map((epoch): RankedEntry => {
    const meta = sampleMeta(epoch, epoch === 2 ? 0.1 : 0.5, {
      run_id: run,
      ...(epoch >= 2 && { best })
    })
    const name = FileNames.own(meta, new Set())
    return { name, path: `${folder}/${name}`, meta }
  })

/** The epochs that are uploaded, in order, to a mirror with these. */
const uploads = (
  here: ReadonlyArray<number>,
  there: ReadonlyArray<number>,
  retention: Partial<Retention.Retention> = {},
  pinned: ReadonlyArray<number> = []
) => {
  const policy = { ...Retention.defaults, ...retention }
  const mirror = [...entries("there", there)]
  const order: Array<number> = []
  for (;;) {
    const next = nextUpload(entries("here", here), mirror, policy, ({ meta }) =>
      pinned.includes(meta.epoch)
    )
    if (next === undefined) return order
    order.push(next.meta.epoch)
    mirror.push(next)
  }
}

describe("nextUpload", () => {
  it("takes the newest first, and the best", () => {
    expect(uploads([2, 4, 5], [])).toEqual([5, 4, 2])
  })

  it("takes nothing that is there already, under whatever name", () => {
    expect(uploads([2, 4, 5], [2, 5])).toEqual([4])
    expect(uploads([2, 4, 5], [2, 4, 5])).toEqual([])
  })

  it("leaves out what retention would remove again, unless it is pinned", () => {
    expect(uploads([1, 2, 3, 4, 5], [])).toEqual([5, 4, 2])
    expect(uploads([1, 2, 3, 4, 5], [], {}, [1])).toEqual([5, 4, 2, 1])
    expect(uploads([1, 2, 3, 4, 5], [], { keep_every: 3 })).toEqual([5, 4, 3, 2])
  })

  it("takes none of other runs", () => {
    const here = [...entries("here", [1], "other"), ...entries("here", [3])]
    const next = nextUpload(here, entries("there", [3]), Retention.defaults, () => true)
    expect(next).toBeUndefined()
  })
})

describe("needed", () => {
  const paths = (
    here: ReadonlyArray<RankedEntry>,
    there: ReadonlyArray<RankedEntry>,
    retention: Partial<Retention.Retention> = {}
  ) =>
    needed(here, there, { ...Retention.defaults, ...retention }).map((copies) =>
      copies.map(({ meta, path }) => `${path.split("/")[0]} ${meta.epoch}`)
    )

  it("is the newest of both and the best of its run, the folder's copies first", () => {
    expect(paths([], entries("there", [2, 3, 4]))).toEqual([["there 4"], ["there 2"]])
    expect(paths(entries("here", [2, 3]), entries("there", [2, 4]))).toEqual([
      ["there 4"],
      ["here 2", "there 2"]
    ])
    expect(paths(entries("here", [5]), entries("there", [2, 5]))).toEqual([
      ["here 5", "there 5"],
      ["there 2"]
    ])
    expect(paths([], [])).toEqual([])
  })

  it("has the newest that ends an epoch, where retention keeps one", () => {
    const [inside] = entries("there", [3])
    const middle = {
      ...inside!,
      path: "there/middle",
      meta: { ...inside!.meta, step: 4, saved_at: "2026-02-01T00:00:00.000Z", global_step: 25 }
    }
    const there = [...entries("there", [2, 3]), middle]
    expect(paths([], there, { keep_epoch_end: true })).toEqual([
      ["there 3"],
      ["there 2"],
      ["there 3"]
    ])
  })

  it("knows copies by run, time and step", () => {
    const [here] = entries("here", [3])
    const [there] = entries("there", [3])
    const [other] = entries("here", [3], "other")
    expect(keyOf(here!)).toBe(keyOf({ ...there!, name: "another" }))
    expect(keyOf(here!)).not.toBe(keyOf(other!))
  })
})
