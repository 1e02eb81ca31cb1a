/**
 * A pipeline that brings a service of its own: its last stage sends a message, and tests or another
 * company send it elsewhere, by another layer.
 *
 *   cd examples/own-service && npx holdfast run pipeline.ts
 */
import { emit, Objective, Optimizer, Pipeline, Run, Scheduler, Stage, Stages } from "holdfast"
import { blobs, BlobsConfig, blobsNet } from "holdfast/testing"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** Sends messages to people. */
export class Messenger extends Context.Tag("example/Messenger")<
  Messenger,
  { readonly send: (text: string) => Effect.Effect<void> }
>() {}

/** Sends to the standard output, where a real one would send mail. */
const toOutput = Layer.succeed(Messenger, {
  send: (text) => Effect.sync(() => void process.stdout.write(`message: ${text}\n`))
})

const announce = Stage.make("announce", {
  description: "send how good the model is",
  run: (run: Run.Run) =>
    Effect.gen(function* () {
      const { send } = yield* Messenger
      for (const { metrics, split } of yield* Run.summaries(run)) {
        yield* send(`the model is trained: ${split} loss ${metrics["loss"]!.toFixed(3)}`)
      }
      yield* emit({ _tag: "Notice", level: "info", message: "the message is sent" })
      return run
    })
})

/** The pipeline without its service: whoever runs it provides one. */
export const pipeline = Pipeline.make(
  "own-service",
  Stages.loadConfig(BlobsConfig),
  Stages.loadDataset((config: BlobsConfig) => blobs(config)),
  Stages.restoreOrInit({
    model: blobsNet,
    objective: Objective.classification,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(
    Stages.trainEpoch,
    Stages.validate,
    Stages.trackBest({ metric: "val_loss", mode: "min" }),
    Stages.checkpoint
  ),
  Stages.evaluate("test"),
  announce
)

export default Pipeline.provide(pipeline, toOutput)
