import * as Effect from "effect/Effect"
import { Holdfast, Observer } from "holdfast"
import pipeline from "./pipeline.js"

const observer = Observer.make((event) =>
  Effect.sync(() => {
    if (event._tag === "EpochFinished") process.stdout.write(`epoch ${event.record.epoch}\n`)
  })
)
await Effect.runPromise(
  Holdfast.run(pipeline, { set: { "training.num_epochs": 100_000 }, observer, signals: true })
)
