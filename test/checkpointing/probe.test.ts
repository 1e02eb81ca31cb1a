import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Storage, type StorageOperations } from "../../src/checkpointing/Storage.js"
import * as MemoryStorage from "../../src/checkpointing/store/MemoryStorage.js"
import { probe } from "../../src/checkpointing/store/probe.js"

const probed = (change: (storage: StorageOperations) => Partial<StorageOperations> = () => ({})) =>
  Effect.gen(function* () {
    const storage = yield* MemoryStorage.make
    const found = yield* Effect.either(
      Effect.provideService(probe("bucket"), Storage, { ...storage, ...change(storage) })
    )
    return { found, left: yield* storage.list("bucket") }
  })

describe("probe", () => {
  it.live("measures a storage that can keep checkpoints, and leaves nothing there", () =>
    Effect.gen(function* () {
      const { found, left } = yield* probed()
      expect(found).toMatchObject({ right: { folder: "bucket" } })
      expect(left).toEqual([])
    })
  )

  it.live("refuses one whose lock two processes can hold", () =>
    Effect.gen(function* () {
      const check = Effect.void
      const { found } = yield* probed(() => ({
        lock: () => Effect.succeed({ check, lost: Effect.never, remade: Effect.succeed(0) })
      }))
      expect(found).toMatchObject({
        left: { detail: expect.stringContaining("conditional writes") }
      })
    })
  )

  it.live("refuses one that gives back other bytes", () =>
    Effect.gen(function* () {
      const { found } = yield* probed(({ open }) => ({
        open: (id, use) =>
          open(id, ({ bytes, read }) =>
            use({
              bytes,
              read: (offset, buffer) =>
                Effect.tap(read(offset, buffer), () => Effect.sync(() => (buffer[0]! ^= 1)))
            })
          )
      }))
      expect(found).toMatchObject({ left: { detail: "what is read is not what was written" } })
    })
  )
})
