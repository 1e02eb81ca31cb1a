import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { CheckpointStore } from "../../src/checkpointing/store/CheckpointStore.js"
import { crashes, randomOf } from "../io/Crash.js"
import { SimulatedDisk } from "../io/SimulatedDisk.js"
import {
  earlier,
  epochEnd,
  folderPath,
  found,
  saves,
  soak,
  storeOn,
  withFolder
} from "./simulated.js"

/** A disk with earlier checkpoints, and one on which `last` happened too and was recorded. */
const recorded = <A, E>(last: Parameters<typeof withFolder<A, E>>[1]) =>
  Effect.gen(function* () {
    const before = new SimulatedDisk()
    yield* withFolder(before.fileSystem, earlier)
    const after = before.copy()
    const durable = yield* withFolder(after.fileSystem, (folder) =>
      Effect.map(last(folder), () => after.operations.length)
    )
    return { before, after, durable }
  })

describe("a crash at any moment", () => {
  it.live.each(saves)(
    "of $name leaves the old or the new, and never neither",
    ({ save, ...expected }) =>
      Effect.gen(function* () {
        const { before, after, durable } = yield* recorded(save)
        const draw = randomOf(7)
        let states = 0
        for (const { crashed, isDurable } of crashes(before, after, 5 + soak, draw, durable)) {
          states++
          const has = yield* found(crashed.fileSystem)
          for (const which of ["latest", "latestFile"] as const) {
            expect([expected.old.latest, expected.new.latest]).toContain(has[which])
          }
          for (const which of ["best", "bestFile"] as const) {
            expect([expected.old.best, expected.new.best]).toContain(has[which])
          }
          if (isDurable) expect(has).toMatchObject(expected.new)
        }
        expect(states).toBeGreaterThan(60)
      }),
    600_000
  )

  it.live.each(saves)(
    "of $name: the next process finishes what was begun",
    ({ save }) =>
      Effect.gen(function* () {
        const { before, after } = yield* recorded(save)
        const draw = randomOf(17)
        const finished = new Set<string>()
        for (const { crashed } of crashes(before, after, 1 + soak, draw)) {
          crashed.bury(process.pid, 2147483646)
          const { latest, latestFile, best, bestFile } = yield* found(crashed.fileSystem)
          yield* withFolder(crashed.fileSystem, () => Effect.void)
          const has = yield* found(crashed.fileSystem)
          expect(has).toEqual({ latest, latestFile: latest, best, bestFile: best })
          if (latestFile !== latest) finished.add("latest")
          if (bestFile !== best) finished.add("best")
        }
        expect(finished).toContain("latest")
        if (save === saves[1]?.save) expect(finished).toContain("best")
      }),
    600_000
  )

  it.live(
    "does not keep the next process from saving, nor leaves anything in its way",
    () =>
      Effect.gen(function* () {
        const { before, after } = yield* recorded((folder) =>
          folder.save(epochEnd(4, 0.3), "latest")
        )
        const draw = randomOf(11)
        for (const { crashed } of crashes(before, after, soak, draw)) {
          crashed.bury(process.pid, 2147483646)
          yield* withFolder(crashed.fileSystem, (folder) => folder.save(epochEnd(5, 0.6), "latest"))
          expect(yield* found(crashed.fileSystem)).toMatchObject({
            latest: 5,
            latestFile: 5,
            best: 2
          })
          expect(crashed.names(folderPath).filter((name) => name.endsWith(".tmp"))).toEqual([])
        }
      }),
    600_000
  )

  it.live("of moving checkpoints aside loses none", () =>
    Effect.gen(function* () {
      const { before, after, durable } = yield* recorded((folder) => folder.archive(() => false))
      const draw = randomOf(13)
      for (const { crashed, isDurable } of crashes(before, after, 1 + soak, draw, durable)) {
        const archives = crashed
          .names(`${folderPath}/archive`)
          .map((name) => `${folderPath}/archive/${name}`)
        const epochs = yield* Effect.gen(function* () {
          const store = yield* CheckpointStore
          const lists = yield* Effect.forEach([folderPath, ...archives], store.list)
          return lists.flat().map(({ health }) => health._tag === "Right" && health.right.epoch)
        }).pipe(Effect.provide(storeOn(crashed.fileSystem)))
        expect(new Set(epochs)).toEqual(new Set([2, 3]))
        const here = crashed.names(folderPath).filter((name) => name.endsWith(".safetensors"))
        if (isDurable) expect(here).toEqual([])
      }
    })
  )
})
