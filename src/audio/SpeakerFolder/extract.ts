/** What worker threads do with recordings before training. Imports little. */
import * as Effect from "effect/Effect"
import type { Give, Transfer } from "../../data/workers/Call.js"
import * as Extractor from "../Extractor.js"
import type { Options } from "../LogMel.js"
import * as Parts from "../Parts.js"
import { explain } from "./Scan.js"

/** A recording that the main thread has opened, and what to make of it. */
export interface Task {
  /** The number of the open file. */
  readonly file: number
  readonly size: number
  readonly options: Options
  readonly output: Extractor.Output
}

/** How the features came to be, or why there are none: the end of a sentence that the file's name begins. */
export type Result = Extractor.Extracted | { readonly problem: string }

/** Gives the features of a recording, or its samples, a part at a time. */
export const extract = (
  { file, options, output, size }: Task,
  _: Transfer,
  give: Give<Extractor.Piece>
): Promise<Result> =>
  Effect.gen(function* () {
    const parts = Parts.ofDescriptor(file, size, yield* Parts.memory)
    return yield* extractorOf(options, output)(parts, (pieces) => {
      const piece = Extractor.joined(pieces)
      return Effect.promise(() => give(piece, piece.features.buffer as ArrayBuffer))
    })
  }).pipe(
    Effect.scoped,
    Effect.catchAll((error) =>
      Effect.succeed({ problem: typeof error === "string" ? error : explain(error) })
    ),
    Effect.runPromise
  )

let last: { readonly key: string; readonly extractor: Extractor.Extractor } | undefined

/** Keeps the filters of the corpus from file to file. */
const extractorOf = (options: Options, output: Extractor.Output): Extractor.Extractor => {
  const key = JSON.stringify([options, output])
  if (last?.key !== key) last = { key, extractor: Extractor.make(options, output) }
  return last.extractor
}
