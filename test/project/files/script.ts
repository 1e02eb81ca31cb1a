import * as Effect from "effect/Effect"
import { Checkpoints, Holdfast, Run } from "holdfast"
import pipeline from "./pipeline.js"

const run = await Effect.runPromise(
  Holdfast.run(pipeline, {
    observer: Holdfast.display,
    set: { "training.num_epochs": 5 },
    signals: true
  })
)
const [summary] = await Effect.runPromise(Run.summaries(run))
const [newest] = await Effect.runPromise(
  Checkpoints.list("checkpoints").pipe(Effect.provide(Holdfast.fileStore))
)
process.stdout.write(`${JSON.stringify({ metrics: summary?.metrics, newest: newest?.path })}\n`)
