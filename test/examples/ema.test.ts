import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { readFileSync } from "node:fs"
import {
  Average,
  CheckpointStore,
  Objective,
  Optimizer,
  Pipeline,
  Run,
  Scheduler,
  Stage,
  Stages,
  Weights
} from "holdfast"
import {
  blobs,
  BlobsConfig,
  blobsNet,
  checkExactness,
  session,
  type Outcome
} from "holdfast/testing"
import type * as tf from "holdfast/tf"
import pipeline from "../../examples/ema/pipeline.js"
import { configOf, evaluated, recordsOf, testExample } from "./example.js"

/** The best epoch by its record, and the one that was evaluated. */
const bests = (outcome: Outcome) => {
  const records = recordsOf(outcome)
  const least = Math.min(...records.map((record) => record["val_loss"]!))
  const { epoch } = outcome.events.find((event) => event._tag === "Evaluated")!
  return [records.find((record) => record["val_loss"] === least)!["epoch"], epoch]
}

testExample("ema", pipeline, {
  stopEvery: 5,
  training: { num_epochs: 2 },
  check: (outcome) => {
    const records = recordsOf(outcome)
    expect(records.at(-1)!["val_loss"]).toBeLessThan(records[0]!["val_loss"]!)
    const [best, measured] = bests(outcome)
    expect(measured).toBe(best)
    expect(evaluated(outcome)["accuracy"]).toBeGreaterThan(0.85)
  }
})

const swa = JSON.parse(
  readFileSync(new URL("../../examples/ema/swa.json", import.meta.url), "utf8")
) as Record<string, Record<string, unknown>>

/** The latest and the best checkpoint that a run with this config leaves. */
const trained = (config: Record<string, Record<string, unknown>>) =>
  Effect.gen(function* () {
    const store = Context.get(yield* Layer.build(CheckpointStore.memory), CheckpointStore)
    const layer = Layer.succeed(CheckpointStore, store)
    const outcome = yield* session(pipeline, { config, store: layer })
    const folder = store.openReadOnly(config["training"]!["checkpoint_dir"] as string)
    const latest = Option.getOrThrow(yield* folder.latest).checkpoint
    const best = Option.getOrThrow(yield* folder.best).checkpoint
    return { outcome, latest, best }
  })

describe("training.ema", () => {
  it.scopedLive("changes nothing that is trained, and what is validated", () =>
    Effect.gen(function* () {
      const config = configOf("ema")
      const averaged = yield* trained(config)
      const plain = yield* trained({
        ...config,
        training: { ...config["training"], ema: null }
      })
      expect([averaged.latest.meta.average, plain.latest.meta.average]).toEqual(["ema", undefined])
      for (const [name, tensor] of plain.latest.tensors) {
        expect(yield* averaged.latest.tensors.get(name)!.bytes, name).toEqual(yield* tensor.bytes)
      }
      const [one, other] = [averaged, plain].map(({ outcome }) => recordsOf(outcome))
      one!.forEach((record, i) => {
        expect(record["train_loss"]).toBe(other![i]!["train_loss"])
        expect(record["val_loss"]).not.toBe(other![i]!["val_loss"])
      })
      expect(averaged.latest.meta.stage_states["ema"]).toEqual({ count: 60 })
    })
  )
})

describe("the best average", () => {
  it.scopedLive("is what early stopping and restoreModel restore", () =>
    Effect.gen(function* () {
      const config = configOf("ema")
      const training = { ...config["training"], ema: null, num_epochs: 3 }
      const store = Context.get(yield* Layer.build(CheckpointStore.memory), CheckpointStore)
      const given = {
        config: { ...config, training },
        store: Layer.succeed(CheckpointStore, store)
      }
      const parts = { model: blobsNet, objective: Objective.classification }
      const handedOn: Record<string, unknown> = {}
      const stopping = Pipeline.make(
        "stopping",
        Stages.loadConfig(BlobsConfig),
        Stages.loadDataset((config: BlobsConfig) => blobs(config)),
        Stages.restoreOrInit({
          ...parts,
          optimizer: Optimizer.fromConfig,
          scheduler: Scheduler.fromConfig,
          averages: () => [Average.ema({ decay: 0.8 })]
        }),
        Stages.epochs(
          Stages.trainEpoch,
          Stages.validate,
          Stages.trackBest({ metric: "val_loss", mode: "min" }),
          Stages.earlyStopping({ patience: 9, restore_best: true }),
          Stages.checkpoint
        ),
        Stage.make("read", {
          description: "keep the weights that the epochs hand on",
          run: (run: Run.Run) =>
            Effect.sync(() => {
              for (const [name, weight] of Object.entries(Run.weights(run))) {
                handedOn[name] = weight.dataSync().slice()
              }
            })
        })
      )
      yield* session(stopping, given)

      /** The weights that restoreModel gives the model. */
      const restored = (weights?: null) =>
        Effect.gen(function* () {
          let model: tf.LayersModel | undefined
          const found: Record<string, unknown> = {}
          const loading = Pipeline.make(
            "loading",
            Stages.loadConfig(BlobsConfig),
            Stages.restoreModel(BlobsConfig, {
              ...parts,
              ...(weights === null && { weights }),
              model: (input) => (model = blobsNet(input))
            }),
            Stage.make("read", {
              description: "keep the weights of the model",
              run: (_model: unknown) =>
                Effect.sync(() => {
                  for (const weight of Weights.ofModel(model!)) {
                    found[weight.name] = Weights.tensorOf(weight).dataSync().slice()
                  }
                })
            })
          )
          yield* session(loading, given)
          return found
        })

      const folder = store.openReadOnly(config["training"]!["checkpoint_dir"] as string)
      const { meta, tensors } = Option.getOrThrow(yield* folder.best).checkpoint
      expect(meta.average).toBe("ema")
      const [average, own] = [yield* restored(), yield* restored(null)]
      expect(Object.keys(own).length).toBeGreaterThan(3)
      for (const name of Object.keys(own)) {
        const read = (key: string) =>
          Effect.map(tensors.get(key)!.bytes, (raw) => new Float32Array(raw.slice().buffer))
        const mean = yield* read(`stage_states.ema.${name}`)
        expect(handedOn[name]).toEqual(mean)
        expect(average[name]).toEqual(mean)
        expect(own[name]).toEqual(yield* read(`model_state_dict.${name}`))
        expect(own[name]).not.toEqual(mean)
      }
    })
  )
})

describe("training.swa", () => {
  it.scopedLive("averages the weights of the last epochs, and anneals the rate", () =>
    Effect.gen(function* () {
      const { latest, outcome } = yield* trained(swa)
      expect(latest.meta.stage_states["swa"]).toEqual({ count: 4 })
      const rates = recordsOf(outcome).map((record) => record["learning_rate"]!)
      expect(rates.slice(0, 5)).toEqual([0.03, 0.03, 0.03, 0.03, 0.03])
      expect(rates[5]).toBeCloseTo(0.025, 12)
      expect(rates.slice(6)).toEqual([0.02, 0.02])
      const [best, measured] = bests(outcome)
      expect(measured).toBe(best)
      expect(evaluated(outcome)["accuracy"]).toBeGreaterThan(0.85)
    })
  )

  it.scopedLive("ends the same, to the bit, when the run is interrupted, with ema beside it", () =>
    Effect.gen(function* () {
      const training = {
        ...swa["training"],
        num_epochs: 3,
        swa: { start: 1, every_steps: 4 },
        ema: { decay: 0.9, warmup: true },
        gradient_accumulation_steps: 3
      }
      const folder = swa["training"]!["checkpoint_dir"] as string
      const options = { config: { ...swa, training }, folder, stopEvery: 9 }
      const { different, stops } = yield* checkExactness(pipeline, options)
      expect(stops.length).toBeGreaterThan(3)
      expect(different).toStrictEqual([])
    })
  )
})
