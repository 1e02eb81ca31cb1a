import * as Effect from "effect/Effect"
import { Checkpoints, Holdfast } from "holdfast"
import pipeline from "./pipeline.js"

const result = await Effect.runPromise(
  Holdfast.run(pipeline, { set: { "training.num_epochs": 5 }, signals: true })
)
const [newest] = await Effect.runPromise(
  Checkpoints.list("checkpoints").pipe(Effect.provide(Holdfast.fileStore))
)
process.stdout.write(`${JSON.stringify({ metrics: result.metrics, newest: newest?.path })}\n`)
