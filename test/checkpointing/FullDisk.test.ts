import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { afterAll, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmdirSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { CheckpointStore } from "../../src/checkpointing/store/CheckpointStore.js"
import { DiskSpace } from "../../src/io/DiskSpace.js"
import { epochEnd } from "./simulated.js"

/** Mounts a file system of 256 KiB, where this user may; null elsewhere, and the tests are skipped. */
const mounted = (() => {
  const disk = mkdtempSync(path.join(tmpdir(), "holdfast-disk-"))
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], { stdio: "ignore" })
    return disk
  } catch {
    rmdirSync(disk)
    return null
  }
})()

afterAll(() => {
  if (mounted === null) return
  execFileSync("umount", [mounted])
  rmdirSync(mounted)
})

const layer = Layer.provideMerge(CheckpointStore.file, NodeFileSystem.layer)

describe.skipIf(mounted === null)("a disk that is really full", () => {
  it.live.each([
    { name: "is noticed before a byte is written", space: undefined, detail: "available" },
    {
      name: "is noticed while writing, where the system does not tell the space",
      space: { available: () => Effect.succeedNone },
      detail: "no space is left (ENOSPC)"
    }
  ])("$name", ({ space, detail }) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const store = yield* CheckpointStore
      const folder = yield* store.open(`${mounted}/checkpoints`)
      yield* folder.save(epochEnd(3, 0.4), "latest")
      const names = yield* fs.readDirectory(folder.path)
      const left = Number(execFileSync("stat", ["-f", "-c", "%a", mounted ?? ""]))
      yield* fs.writeFile(`${mounted}/filler`, new Uint8Array(left * 4096))

      const save = folder.save(epochEnd(4, 0.3), "latest")
      const error = yield* Effect.flip(
        space === undefined ? save : Effect.provideService(save, DiskSpace, space)
      )
      expect(error.reason).toBe("NoSpace")
      expect(error.message).toContain(detail)
      expect(yield* fs.readDirectory(folder.path)).toEqual(names)
      expect(Option.getOrThrow(yield* folder.latest).meta.epoch).toBe(3)

      yield* fs.remove(`${mounted}/filler`)
      yield* folder.save(epochEnd(5, 0.3), "latest")
      expect(Option.getOrThrow(yield* folder.latest).meta.epoch).toBe(5)
      yield* fs.remove(folder.path, { recursive: true })
    }).pipe(Effect.scoped, Effect.provide(layer))
  )
})
