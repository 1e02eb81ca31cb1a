import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { type Dataset, Metric, Objective, Run, Stage } from "holdfast"
import { checkExactness, type Outcome } from "holdfast/testing"
import * as tf from "holdfast/tf"
import gan from "../../examples/gan/pipeline.js"
import { join, shardsIn } from "../../src/training/metric/ShardedMeasured.js"
import { cut, problemOf, shardsOf } from "../../src/training/shards/Shards.js"
import { blobs } from "../support/blobs.js"
import { pipelineOf, session, temporaryFolder } from "../support/session.js"

describe("shardsOf", () => {
  it("cuts at floor(s·n/S), and leaves out shards without examples", () => {
    expect(shardsOf(7, 3)).toStrictEqual([
      { index: 0, from: 0, to: 2, share: 2 / 7 },
      { index: 1, from: 2, to: 4, share: 2 / 7 },
      { index: 2, from: 4, to: 7, share: 3 / 7 }
    ])
    expect(shardsOf(1, 3)).toStrictEqual([{ index: 2, from: 0, to: 1, share: 1 }])
  })
})

describe("cut", () => {
  const batch = {
    size: 4,
    inputs: { a: Float32Array.of(0, 0, 1, 1, 2, 2, 3, 3), b: Uint8Array.of(0, 1, 2, 3) },
    names: ["a", "b", "c", "d"],
    split: "train"
  }

  it("takes the examples of every array, also of those in records", () => {
    expect(cut(batch, { from: 1, to: 3 })).toStrictEqual({
      size: 2,
      inputs: { a: Float32Array.of(1, 1, 2, 2), b: Uint8Array.of(1, 2) },
      names: ["b", "c"],
      split: "train"
    })
    expect(problemOf(batch)).toBeNull()
  })

  it.each([
    [{ size: 4, centers: Float32Array.of(1, 2, 3) }, "centers of the batch holds 3 numbers"],
    [{ size: 4, meta: { names: ["a"] } }, "meta.names of the batch is a list of 1"],
    [{ size: 4, seen: new Set([1]) }, "seen of the batch is a Set"]
  ])("refuses what it cannot cut: %j", (batch, message) => {
    expect(problemOf(batch)).toContain(message)
  })
})

describe("ShardedMeasured", () => {
  it("sums scalars, and gives metrics the shards one by one", () => {
    const shards = [
      { measured: [2], size: 3 },
      { measured: [1], size: 4 }
    ]
    expect([...join(shards)]).toStrictEqual([3])
    expect(shardsIn(join(shards), 7)).toBe(shards)
    expect(shardsIn([5], 7)).toStrictEqual([{ measured: [5], size: 7 }])
  })
})

/** Two numbers for each of 50 examples, weighted and masked, without randomness. */
const weighted = (config: Parameters<typeof blobs>[0]): Effect.Effect<Dataset> =>
  Effect.map(blobs(config), (data) => {
    const changed = (split: Dataset["train"]): Dataset["train"] => ({
      ...split,
      batch: (indices) =>
        Effect.map(split.batch(indices), (batch) => ({
          ...batch,
          weights: Float32Array.from(indices, (index) => (index % 4) / 2),
          masks: Uint8Array.from(indices, (index) => (index % 5 === 0 ? 0 : 1))
        }))
    })
    const [train, validation, test] = [data.train, data.validation, data.test].map(changed)
    return { ...data, weighted: true, masked: true, train, validation, test } as Dataset
  })

const plainNet = () =>
  tf.sequential({
    layers: [
      tf.layers.dense({
        units: 6,
        inputShape: [8],
        activation: "tanh",
        kernelRegularizer: tf.regularizers.l2({ l2: 0.01 })
      }),
      tf.layers.dense({ units: 3 })
    ]
  })

/** The last weights and metrics of a run of four steps, whose epoch ends with a batch of 2. */
const trained = (
  training: Record<string, unknown>,
  pipeline: Parameters<typeof pipelineOf>[0] = {}
) =>
  Effect.gen(function* () {
    const seen: Array<number> = []
    const after = Stage.make("after", {
      description: "keep the weights",
      run: (run: Run.Run) =>
        Effect.sync(() => {
          for (const tensor of Object.values(Run.weights(run))) seen.push(...tensor.dataSync())
          return run
        })
    })
    const { events, exit } = yield* session({
      folder: yield* temporaryFolder,
      training: { num_epochs: 1, optimizer: "sgd", ...training },
      pipeline: pipelineOf({ model: plainNet, ...pipeline, after })
    })
    expect(exit).toStrictEqual(expect.objectContaining({ _tag: "Success" }))
    return { seen, metrics: metricsOf(events) }
  })

const metricsOf = (events: Outcome["events"]) =>
  events.flatMap((event) => (event._tag === "EpochFinished" ? [event.record] : [])).at(-1)!

const close = (found: ReadonlyArray<number>, expected: ReadonlyArray<number>) => {
  expect(found.length).toBe(expected.length)
  found.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5))
}

describe("training.shards", () => {
  it.scopedLive.each([
    ["", {}, {}],
    [" of a weighted and masked loss", { class_weights: [1, 2, 3] }, { dataset: weighted }],
    [
      " accumulated, clipped, averaged, and measured by states",
      {
        gradient_accumulation_steps: 2,
        gradient_clip: { name: "global_norm", max_norm: 0.1 },
        ema: {},
        metrics: ["f1", "auc"]
      },
      { objective: Objective.withMetrics(Objective.classification, Metric.topK({ k: 2 })) }
    ]
  ] as const)("come to the gradients of the uncut batch%s", ([, training, pipeline]) =>
    Effect.gen(function* () {
      const uncut = yield* trained(training, pipeline)
      const cutUp = yield* trained({ ...training, shards: 3 }, pipeline)
      close(cutUp.seen, uncut.seen)
      for (const name of Object.keys(uncut.metrics).filter((one) => one !== "seconds")) {
        expect(cutUp.metrics[name], name).toBeCloseTo(uncut.metrics[name]!, 4)
      }
    })
  )

  it.scopedLive("are part of what training does, and end the same wherever a run stops", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const training = {
        checkpoint_dir: folder,
        num_epochs: 2,
        batch_size: 16,
        learning_rate: 0.02,
        seed: 7,
        shards: 3
      }
      const { different, stops } = yield* checkExactness(pipelineOf(), {
        config: { training, model: {}, data: {} },
        folder,
        stopEvery: 9
      })
      expect(stops.length).toBeGreaterThan(2)
      expect(different).toStrictEqual([])
    })
  )

  it.scopedLive("merge the averages of batch normalization by the shares of the shards", () =>
    Effect.gen(function* () {
      const { seen } = yield* trained(
        { batch_size: 50, num_epochs: 1, shards: 2 },
        {
          dataset: (config) =>
            Effect.map(blobs(config), (data) => ({
              ...data,
              train: {
                ...data.train,
                // 25 examples of 1, 25 of 3, in the order of the batch.
                batch: (indices) =>
                  Effect.succeed({
                    size: indices.length,
                    inputs: Float32Array.from({ length: indices.length * 8 }, (_, i) =>
                      i < 200 ? 1 : 3
                    ),
                    labels: new Int32Array(indices.length)
                  })
              }
            })),
          model: () =>
            tf.sequential({
              layers: [
                tf.layers.batchNormalization({ inputShape: [8], momentum: 0.5 }),
                tf.layers.dense({ units: 3 })
              ]
            })
        }
      )
      // gamma, beta, mean, variance: that of each shard is 0, where the uncut batch has 1.
      close(seen.slice(16, 24), Array<number>(8).fill(0.5 * 2))
      close(seen.slice(24, 32), Array<number>(8).fill(0.5))
    })
  )

  it.scopedLive("serve phases of several models", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const config = JSON.parse(
        yield* Effect.promise(() =>
          import("node:fs/promises").then((fs) => fs.readFile("examples/gan/config.json", "utf8"))
        )
      ) as { training: object }
      const training = { ...config.training, checkpoint_dir: folder, num_epochs: 1, shards: 2 }
      const { different } = yield* checkExactness(gan, {
        config: { ...config, training },
        folder,
        stopEvery: 60
      })
      expect(different).toStrictEqual([])
    })
  )

  it.scopedLive.each([
    [{ batch_size: 2, shards: 3 }, undefined, "a batch has training.batch_size = 2 examples"],
    [
      { batch_size: 10, shards: 2 },
      () =>
        tf.sequential({
          layers: [
            tf.layers.reshape({ batchInputShape: [10, 8], targetShape: [2, 4] }),
            tf.layers.lstm({ units: 2, stateful: true }),
            tf.layers.dense({ units: 3 })
          ]
        }),
      "training.shards = 2 would cut"
    ]
  ] as const)("are refused where they cannot be: %j", ([training, model, message]) =>
    Effect.gen(function* () {
      const { exit } = yield* session({
        folder: yield* temporaryFolder,
        training,
        pipeline: pipelineOf(model === undefined ? {} : { model })
      })
      expect(Exit.isFailure(exit) && String(exit.cause)).toContain(message)
    })
  )

  it.scopedLive("warn where batch normalization would see too few examples", () =>
    Effect.gen(function* () {
      const warnings = (training: object) =>
        Effect.gen(function* () {
          const folder = yield* temporaryFolder
          const { events } = yield* session({
            folder,
            training: { num_epochs: 1, ...training },
            interruptAt: ({ _tag }) => _tag === "RunStarted"
          })
          return events.flatMap((event) =>
            event._tag === "Notice" && event.code === "Model" ? [event.message] : []
          )
        })
      expect(yield* warnings({ batch_size: 30, shards: 2 })).toStrictEqual([
        expect.stringContaining("training.shards = 2 leaves it 15 of them")
      ])
      expect(yield* warnings({ batch_size: 32, shards: 2 })).toStrictEqual([])
    })
  )
})
