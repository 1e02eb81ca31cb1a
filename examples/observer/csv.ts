import * as FileSystem from "@effect/platform/FileSystem"
import { Event, Observer } from "holdfast"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** An event of this pipeline: how far the model's outputs are from certain. */
export class Certainty extends Event.Custom("Certainty")<{
  readonly epoch: number
  readonly value: number
}> {}

/**
 * Writes a line of CSV for each epoch. A run that resumes appends to the file: an epoch that is trained
 * again, after a kill, is there twice.
 */
export const csv = (path: string): Layer.Layer<Observer, unknown, FileSystem.FileSystem> =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const isNew = !(yield* files.exists(path))
      const file = yield* files.open(path, { flag: "a" })
      const write = (line: string) => file.writeAll(new TextEncoder().encode(`${line}\n`))
      if (isNew) yield* write("epoch,train_loss,val_loss,certainty")
      let certainty = NaN
      return Observer.make((event) => {
        if (event instanceof Certainty) certainty = event.payload.value
        if (event._tag !== "EpochFinished") return Effect.void
        const { epoch, train_loss, val_loss } = event.record
        return write([epoch, train_loss, val_loss, certainty].join(","))
      })
    })
  )
