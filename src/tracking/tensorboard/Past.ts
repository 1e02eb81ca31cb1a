import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import { isOfStep } from "../Points.js"
import * as EventFile from "./EventFile.js"
import { filesIn } from "./EventWriter.js"

/** What the event files in a folder show of a run, as TensorBoard reads them. */
export interface Past {
  /** Whether there are any. */
  readonly exists: boolean
  /** The last step whose loss they have; 0: none. */
  readonly lastStep: number
  /** Whether they have anything else under `tag` at a step. */
  readonly has: (tag: string, step: number) => boolean
}

/** Reads the event files in `folder` up to a step. One that cannot be read has nothing. */
export const pastOf = (
  folder: string,
  globalStep: number
): Effect.Effect<Past, never, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const files = yield* filesIn(folder)
    let lastStep = 0
    const others = new Map<string, Set<number>>()
    for (const name of files) {
      const read = fs.readFile(path.join(folder, name))
      const bytes = yield* Effect.orElseSucceed(read, () => new Uint8Array(0))
      EventFile.visit(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), (step, tags) => {
        if (tags === null) {
          lastStep = Math.min(lastStep, step - 1)
          for (const steps of others.values()) {
            for (const one of steps) if (one >= step) steps.delete(one)
          }
        } else if (step > globalStep) {
          return
        } else if (tags.length > 0 && isOfStep(tags[0]!)) {
          lastStep = step
        } else {
          for (const tag of tags) others.set(tag, (others.get(tag) ?? new Set()).add(step))
        }
      })
    }
    return {
      exists: files.length > 0,
      lastStep,
      has: (tag, step) => others.get(tag)?.has(step) === true
    }
  })
