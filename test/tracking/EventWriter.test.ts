import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import { SystemError } from "@effect/platform/Error"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import * as Exit from "effect/Exit"
import * as NodePlatform from "../../src/io/NodePlatform.js"
import * as EventWriter from "../../src/tracking/tensorboard/EventWriter.js"
import { temporaryFolder } from "../support/session.js"

const record = Uint8Array.of(1, 2, 3)

describe("EventWriter", () => {
  it.scopedLive("names each file after those before, and writes it all as its scope closes", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const fs = yield* FileSystem.FileSystem
      for (let nth = 0; nth < 3; nth++) {
        const scope = yield* Scope.make()
        const writer = yield* Scope.extend(EventWriter.make(folder, []), scope)
        writer.add(record)
        yield* writer.flush
        writer.add(record)
        yield* Scope.close(scope, Exit.void)
      }
      const files = yield* EventWriter.filesIn(folder)
      expect(files).toHaveLength(3)
      expect(new Set(files.map((name) => name.slice(0, 30))).size).toBe(3)
      for (const name of files) {
        const bytes = yield* fs.readFile(`${folder}/${name}`)
        expect(Array.from(bytes.subarray(-6))).toStrictEqual([1, 2, 3, 1, 2, 3])
      }
    }).pipe(Effect.provide(NodePlatform.layer))
  )

  it.scopedLive("makes no file where nothing is written", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.scoped(EventWriter.make(folder, [record]))
      expect(yield* EventWriter.filesIn(folder)).toStrictEqual([])
    }).pipe(Effect.provide(NodePlatform.layer))
  )

  it.scoped("warns once where the disk is full, and drops the rest", () => {
    const said: Array<string> = []
    const full = new SystemError({
      reason: "Unknown",
      module: "FileSystem",
      method: "open",
      description: "ENOSPC: no space left on device"
    })
    return Effect.gen(function* () {
      const writer = yield* EventWriter.make("runs/a", [])
      writer.add(record)
      yield* writer.flush
      writer.add(record)
      yield* writer.flush
      expect(said).toHaveLength(1)
      expect(said[0]).toContain("runs/a")
      expect(said[0]).toContain("ENOSPC")
    }).pipe(
      Effect.provide(
        FileSystem.layerNoop({
          readDirectory: () => Effect.succeed([]),
          makeDirectory: () => Effect.void,
          open: () => Effect.fail(full)
        })
      ),
      Effect.provide(Path.layer),
      Effect.provide(
        Logger.replace(
          Logger.defaultLogger,
          Logger.make(({ message }) => void said.push(String(message)))
        )
      )
    )
  })
})
