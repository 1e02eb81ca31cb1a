import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as RandomAccessFile from "../io/RandomAccessFile.js"
import { t } from "../language/Text.js"
import { DataError } from "./DataError.js"

/** A file of the cache, which can be made again, so that its errors say to remove it. */
export interface CacheFile {
  readonly size: number
  /** Fills `target` with the bytes from `at` on. */
  readonly read: (at: number, target: Uint8Array) => Effect.Effect<number, DataError>
  readonly damaged: (detail: string) => DataError
}

/** Opens a file of the cache; it stays open until the scope closes. */
export const open = (path: string): Effect.Effect<CacheFile, DataError, Scope.Scope> => {
  const damaged = (detail: string) =>
    new DataError({
      reason: "Unreadable",
      path,
      detail: t`${detail}; remove it, and it is made again`
    })
  const reading = Effect.mapError((error: Error) => damaged(t`cannot be read: ${error.message}`))
  return Effect.map(reading(RandomAccessFile.open(path)), ({ read, size }) => ({
    size,
    read: (at, target) => reading(read(at, target)),
    damaged
  }))
}
