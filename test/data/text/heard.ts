import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { DataError } from "../../../src/data/DataError.js"
import { Limits } from "../../../src/data/text/load.js"
import { Observer, type Event } from "../../../src/index.js"
import * as NodeFileSystem from "../../../src/io/NodeFileSystem.js"
import { temporaryFolder } from "../../../src/testing/TemporaryFolder.js"

type Services = FileSystem.FileSystem | Observer | Scope.Scope

/** What loading gives, and the notices that it emits. */
export const heard = <A>(load: Effect.Effect<A, DataError, Services>) =>
  Effect.suspend(() => {
    const events: Array<Event> = []
    const observer = Observer.make((event) => Effect.sync(() => events.push(event)))
    return load.pipe(
      Effect.provide(Layer.merge(NodeFileSystem.layer, observer)),
      Effect.map((result) => ({
        result,
        notices: events.flatMap((event) => (event._tag === "Notice" ? [event.message] : []))
      }))
    )
  })

export const loaded = <A>(load: Effect.Effect<A, DataError, Services>) =>
  Effect.map(heard(load), ({ result }) => result)

/** Why loading fails. */
export const refusal = <A>(load: Effect.Effect<A, DataError, Services>) =>
  Effect.map(Effect.flip(loaded(load)), ({ message }) => message)

/** A folder with these files. */
export const folderOf = (files: Readonly<Record<string, string | Uint8Array>>) =>
  Effect.map(temporaryFolder, (folder) => {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), content)
    }
    return folder
  })

/** Keeps all tokens in files. */
export const inFiles = Effect.provideService(Limits, { fileBytes: 0, tokenBytes: 0 })
