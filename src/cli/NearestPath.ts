import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { readdir } from "node:fs/promises"
import * as NodePath from "node:path"
import { nearest } from "../config/Nearest.js"
import { t } from "../language/Text.js"

/** The path that an error reports as missing, whichever part of Holdfast raised it. */
export const missingPath = (error: unknown): string | null => {
  if (!Predicate.hasProperty(error, "reason")) return null
  const { reason } = error
  const [tag, holder] = Predicate.hasProperty(reason, "_tag")
    ? [reason._tag, reason]
    : ([reason, error] as const)
  if (tag !== "NotFound") return null
  const path = Predicate.hasProperty(holder, "path")
    ? holder.path
    : Predicate.hasProperty(holder, "file")
      ? holder.file
      : null
  return typeof path === "string" ? path : null
}

/** Adds to an error about a missing path the existing one that was probably meant. */
export const suggestPath = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.catchAll(effect, (error) =>
    Effect.gen(function* () {
      const path = missingPath(error)
      const near = path === null ? null : yield* nearestPath(path)
      return yield* Effect.fail(near === null ? error : withSuggestion(error, near))
    })
  )

/** The existing path nearest to `path`, part by part; null if none is near. */
export const nearestPath = (path: string): Effect.Effect<string | null> =>
  Effect.promise(() => nearestThere(path))

const nearestThere = async (path: string): Promise<string | null> => {
  const name = NodePath.basename(path)
  const folder = NodePath.dirname(path)
  const names = await readdir(folder).catch(() => null)
  if (names === null) {
    const near = folder === path ? null : await nearestThere(folder)
    return near === null ? null : nearestIn(near, NodePath.join(near, name), name)
  }
  return nearestIn(folder, path, name)
}

/** Keeps the form of `path`: "./x" stays with its dot. */
const nearestIn = async (folder: string, path: string, name: string): Promise<string | null> => {
  const names = await readdir(folder).catch((): Array<string> => [])
  const found = names.includes(name) ? name : nearest(name, names)
  return found === undefined ? null : path.slice(0, path.lastIndexOf(name)) + found
}

const withSuggestion = (error: unknown, near: string) => ({
  _tag: Predicate.hasProperty(error, "_tag") ? error._tag : "Error",
  message: t`${Predicate.hasProperty(error, "message") ? String(error.message) : ""}\ndid you mean ${near}?`
})
