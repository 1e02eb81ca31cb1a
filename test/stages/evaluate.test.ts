import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Objective, Optimizer, Pipeline, Run, Scheduler, Stage, Stages } from "holdfast"
import { epochOfWeights } from "../../src/checkpointing/Checkpoint.js"
import { blobs, BlobsConfig, blobsNet } from "../support/blobs.js"
import { checkpointIn, pipelineOf, session, temporaryFolder } from "../support/session.js"

describe("epochOfWeights", () => {
  it.each([
    { at: "between epochs", epoch: 4, step: 0, expected: 4 },
    { at: "inside an epoch, after some step of it", epoch: 3, step: 7, expected: 4 },
    { at: "before the first step", epoch: 0, step: 0, expected: 0 }
  ])("$at", ({ epoch, expected, step }) => {
    expect(epochOfWeights({ epoch, step })).toBe(expected)
  })
})

describe("evaluate", () => {
  it.scopedLive("names the best epoch, also where stages follow the checkpoint", () =>
    Effect.gen(function* () {
      const last = Stage.make("last", {
        description: "do nothing",
        run: (run: Run.Run) => Effect.succeed(run)
      })
      const pipeline = pipelineOf({ valLoss: (epoch) => Math.abs(epoch - 3), last })
      const folder = yield* temporaryFolder
      const { events } = yield* session({ folder, pipeline })
      expect((yield* checkpointIn(folder, "best_model")).meta).toMatchObject({
        epoch: 2,
        position: { stage: "last" },
        best: { epoch: 3 }
      })
      expect(events).toContainEqual(expect.objectContaining({ _tag: "RunFinished", epoch: 4 }))
      expect(events).toContainEqual(expect.objectContaining({ _tag: "Evaluated", epoch: 3 }))
    })
  )

  it.scopedLive("passes the run on with its own weights, and keeps each summary", () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const weightsOf = (run: Run.Run) =>
        run.model.getWeights().map((weight) => [...weight.dataSync()])
      let own: unknown
      const pipeline = Pipeline.make(
        "blobs",
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
          Stages.stepScheduler,
          Stages.trackBest({ metric: "val_loss", mode: "max" }),
          Stages.checkpoint
        ),
        Stage.make("remember", {
          description: "remember the weights",
          run: (run: Run.Run) => Effect.sync(() => ((own = weightsOf(run)), run))
        }),
        Stages.evaluate("validation"),
        Stages.evaluate("test"),
        Stage.make("collect", {
          description: "collect the summaries",
          run: (run: Run.Run<BlobsConfig>) =>
            Effect.map(Run.summaries(run), (summaries) => {
              expect(weightsOf(run)).toStrictEqual(own)
              seen.push(...summaries)
              return run.config.model.units
            })
        })
      )
      const folder = yield* temporaryFolder
      const { events } = yield* session({ folder, pipeline: pipeline as never })
      const evaluated = events.flatMap((event) =>
        event._tag === "Evaluated"
          ? [{ split: event.split, epoch: event.epoch, metrics: event.metrics }]
          : []
      )
      expect(seen).toStrictEqual(evaluated)
      expect(evaluated.map(({ split }) => split)).toStrictEqual(["validation", "test"])
    })
  )
})
