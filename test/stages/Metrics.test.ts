import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import {
  CheckpointStore,
  Metric,
  Objective,
  Optimizer,
  Pipeline,
  Scheduler,
  Stages
} from "holdfast"
import { blobs, BlobsConfig, session, type Session } from "holdfast/testing"
import * as tf from "holdfast/tf"

const folder = "checkpoints"
const config = {
  training: {
    checkpoint_dir: folder,
    num_epochs: 2,
    batch_size: 16,
    learning_rate: 0.03,
    seed: 7
  },
  model: {},
  data: { size: 64, classes: 2 }
}

const pipelineOf = (...metrics: ReadonlyArray<Metric.Metric>) =>
  Pipeline.make(
    "metrics",
    Stages.loadConfig(BlobsConfig),
    Stages.loadDataset((config: BlobsConfig) => blobs(config)),
    Stages.restoreOrInit({
      model: () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [8] })] }),
      objective: Objective.withMetrics(Objective.binary, ...metrics),
      optimizer: Optimizer.fromConfig,
      scheduler: Scheduler.fromConfig
    }),
    Stages.epochs(Stages.trainEpoch, Stages.validate, Stages.checkpoint)
  )

/** Interrupts a run with the first metrics after its second step, and resumes it with the others. */
const interrupted = (first: ReadonlyArray<Metric.Metric>, then = first) =>
  Effect.gen(function* () {
    const store = yield* Effect.map(Layer.build(CheckpointStore.memory), (services) =>
      Layer.succeedContext(services)
    )
    const run = (metrics: ReadonlyArray<Metric.Metric>, interruptAt?: Session["interruptAt"]) =>
      session(pipelineOf(...metrics), { config, store, interruptAt })
    yield* run(first, (event) => event._tag === "StepFinished" && event.step === 2)
    const saved = yield* CheckpointStore.pipe(
      Effect.flatMap((store) => store.openReadOnly(folder).latest),
      Effect.map(Option.getOrThrow),
      Effect.provide(store)
    )
    const resumed = yield* run(then)
    expect(Exit.isSuccess(resumed.exit)).toBe(true)
    return {
      position: saved.checkpoint.meta.position,
      records: resumed.events.flatMap((event) =>
        event._tag === "EpochFinished" ? [event.record] : []
      ),
      warnings: resumed.events.flatMap((event) =>
        event._tag === "Notice" && event.level === "warning" ? [event.message] : []
      )
    }
  })

const lone = (...metrics: ReadonlyArray<Metric.Metric>) =>
  Effect.map(
    session(pipelineOf(...metrics), { config, store: CheckpointStore.memory }),
    ({ events }) =>
      events.flatMap((event) => (event._tag === "EpochFinished" ? [event.record] : []))
  )

describe("metrics of a run that is interrupted inside an epoch", () => {
  it.scopedLive("are part of its position and end as without the interruption", () =>
    Effect.gen(function* () {
      const metrics = [Metric.confusion(), Metric.f1(), Metric.auc()]
      const { position, records, warnings } = yield* interrupted(metrics)
      expect(position.example).toBe(32)
      expect(Object.keys(position.sums)).toStrictEqual(["accuracy", "loss"])
      const states = position.metric_states as Record<string, ReadonlyArray<number>>
      expect(Object.keys(states)).toStrictEqual(["confusion", "f1", "auc"])
      expect(states["confusion"]!.reduce((a, b) => a + b)).toBe(32)
      const expected = yield* lone(...metrics)
      const figures = (all: typeof records) => all.map((record) => ({ ...record, seconds: 0 }))
      expect(figures(records)).toStrictEqual(figures(expected))
      expect(warnings).toStrictEqual([])
    })
  )

  it.scopedLive("start in the middle, with a warning, where another metric has the name", () =>
    Effect.gen(function* () {
      const { records, warnings } = yield* interrupted(
        [Metric.f1({ name: "score" })],
        [Metric.auc({ name: "score" })]
      )
      expect(warnings).toStrictEqual([
        "the checkpoint holds other states of the metrics score: in this epoch they measure only what follows"
      ])
      const expected = yield* lone(Metric.auc({ name: "score" }))
      expect(records[1]!["train_score"]).toBe(expected[1]!["train_score"])
    })
  )
})
