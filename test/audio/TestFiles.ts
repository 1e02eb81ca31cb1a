import { SystemError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as path from "node:path"
import * as Wav from "../../src/audio/Wav.js"
import { Observer } from "../../src/events/Observer.js"

/** Real files and paths. */
export const layer = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer)

/** A folder that goes with the scope. */
export const temporaryFolder = Effect.flatMap(FileSystem.FileSystem, (fs) =>
  fs.makeTempDirectoryScoped({ prefix: "holdfast-data-" })
)

/** Writes files, and the folders they need. */
export const writeFiles = (root: string, files: Readonly<Record<string, Uint8Array>>) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    for (const [name, bytes] of Object.entries(files)) {
      const file = path.join(root, name)
      yield* fs.makeDirectory(path.dirname(file), { recursive: true })
      yield* fs.writeFile(file, bytes)
    }
  })

/** A WAV file of a tone, by default half a second long. */
export const tone = (hertz: number, seconds = 0.5, rate = 8000, amplitude = 0.5): Uint8Array =>
  Wav.encode(
    Float32Array.from(
      { length: Math.round(seconds * rate) },
      (_, i) => amplitude * Math.sin((2 * Math.PI * hertz * i) / rate)
    ),
    rate
  )

/** Collects what the observer receives while `effect` runs: `level: message`. */
export const listen = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const heard: Array<string> = []
    return effect.pipe(
      Effect.provideService(Observer, {
        emit: (event) =>
          Effect.sync(() => {
            if (event._tag === "Notice") heard.push(`${event.level}: ${event.message}`)
          })
      }),
      Effect.map((result) => ({ result, heard }))
    )
  })

type Open = ReturnType<FileSystem.FileSystem["open"]>

/** Real files and paths, but that opening a file is what `onOpen` makes of it. */
export const intercepted = (onOpen: (path: string, open: Open) => Open) =>
  Layer.effect(
    FileSystem.FileSystem,
    Effect.map(FileSystem.FileSystem, (fs) => ({
      ...fs,
      open: (path, options) => onOpen(path, fs.open(path, options))
    }))
  ).pipe(Layer.provide(NodeFileSystem.layer), Layer.merge(NodePath.layer))

/** What a file system says of a file that is not ours to read. */
export const permissionDenied = new SystemError({
  reason: "PermissionDenied",
  module: "FileSystem",
  method: "open"
})
