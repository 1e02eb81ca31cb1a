import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Objective, Optimizer, Pipeline, Run, Scheduler, Stage, Stages } from "holdfast"
import { epochOfWeights } from "../../src/checkpointing/Checkpoint.js"
import type { ConfusionMatrix, WorstExamples } from "../../src/events/MetricDetails.js"
import { blobs, BlobsConfig, blobsNet } from "../support/blobs.js"
import { warningsOf } from "../support/warnings.js"
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

describe("validate and evaluate", () => {
  it.scopedLive("show how examples were classified, which the dataset describes", () =>
    Effect.gen(function* () {
      const describe = (index: number) => {
        if (index === 13) throw new Error("unlucky")
        return { name: `point ${index}`, path: `/data/${index}.csv` }
      }
      const withDescription = (config: BlobsConfig) =>
        Effect.map(blobs(config), (dataset) => ({
          ...dataset,
          validation: { ...dataset.validation, describe }
        }))
      const folder = yield* temporaryFolder
      const pipeline = pipelineOf({ stopAfter: 2, dataset: withDescription })
      const { value, warnings } = yield* warningsOf(session({ folder, pipeline }))
      const { events } = value
      expect(warnings).toContain("describe of the validation split has failed")
      const details = events.filter((event) => event._tag === "MetricDetail")
      expect(
        details.map(({ epoch, global_step, metric, phase }) => [phase, epoch, global_step, metric])
      ).toEqual([
        ...[1, 2].flatMap((epoch) =>
          ["confusion_matrix", "per_class", "worst_examples"].map((metric) => [
            "validation",
            epoch,
            4 * epoch,
            metric
          ])
        ),
        ...["confusion_matrix", "per_class", "worst_examples"].map((metric) => [
          "test",
          expect.any(Number),
          expect.any(Number),
          metric
        ])
      ])
      const shown = (phase: string, metric: string) =>
        details.findLast((one) => one.phase === phase && one.metric === metric)!.value as never
      const { counts } = shown("validation", "confusion_matrix") as ConfusionMatrix
      const right = counts.reduce((sum, row, i) => sum + row[i]!, 0)
      const record = events.findLast((event) => event._tag === "EpochFinished")!.record
      expect(right / 20).toBeCloseTo(record["val_accuracy"]!, 6)
      const { examples } = shown("validation", "worst_examples") as WorstExamples
      expect(examples).toHaveLength(20)
      const mean = examples.reduce((sum, { loss }) => sum + loss, 0) / 20
      expect(mean).toBeCloseTo(record["val_loss"]!, 4)
      for (const { index, name, path } of examples) {
        expect([name, path]).toEqual(
          index === 13 ? ["#13", null] : [`point ${index}`, `/data/${index}.csv`]
        )
      }
      expect((shown("test", "worst_examples") as WorstExamples).examples[0]!.name).toMatch(/^#/)
    })
  )
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
