import { expect, it } from "@effect/vitest"
import * as tf from "@tensorflow/tfjs"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { Objective, Observer, Optimizer, Scheduler, Stages, type Dataset } from "holdfast"
import { Backend } from "../../src/backend/Backend.js"
import type { TrainingConfig } from "../../src/config/TrainingConfig.js"
import * as Progress from "../../src/training/Progress.js"
import * as Random from "../../src/training/Random.js"
import type { Run } from "../../src/training/Run.js"
import { build } from "../../src/training/RunParts.js"
import * as RunState from "../../src/training/RunState.js"
import { numbers } from "../backend/backends.js"
import { classes, everyKernel, inputShape } from "../backend/everyKernel.js"
import { soak } from "../checkpoint/simulated.js"

/** Steps between two snapshots, and how many such rounds: 500 steps, or 10,000 in a soak. */
const steps = 50
const [warmUp, rounds] = soak === 0 ? [2, 8] : [20, 180]
const batchSize = 4

const examples = (size: number): Dataset["train"] => {
  const width = inputShape[0]! * inputShape[1]!
  const inputs = numbers(batchSize * width)
  return {
    size,
    batch: ({ length }) =>
      Effect.succeed({
        size: length,
        inputs: inputs.subarray(0, length * width),
        labels: Int32Array.from({ length }, (_, i) => i % classes)
      })
  }
}

const dataset: Dataset = {
  name: "numbers",
  fingerprint: "numbers",
  inputShape,
  labelShape: [],
  classes: Array.from({ length: classes }, (_, i) => `${i}`),
  train: examples(steps * batchSize),
  validation: examples(1),
  test: examples(1)
}

const training: TrainingConfig = {
  checkpoint_dir: "none",
  save_interval: 1,
  keep_last: 1,
  keep_best: 1,
  keep_best_by: null,
  keep_every: null,
  resume_from: null,
  num_epochs: warmUp + rounds,
  batch_size: batchSize,
  learning_rate: 0.001,
  seed: 1,
  optimizer: { name: "adam", beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, weight_decay: 0.01 },
  scheduler: { name: "constant" }
}

const parts = {
  model: everyKernel,
  objective: Objective.classification,
  optimizer: Optimizer.fromConfig,
  scheduler: Scheduler.fromConfig
}

/** An epoch, then a snapshot: taken, read as a save reads it, and released. */
const round = (run: Run) =>
  Effect.gen(function* () {
    yield* Stages.trainEpoch.run(run)
    yield* Ref.update(run.progress, (progress) => Progress.afterStage(progress, null, 0))
    const { checkpoint, dispose } = RunState.take(run, yield* Ref.get(run.progress))
    for (const tensor of checkpoint.tensors.values()) yield* tensor.bytes
    dispose()
  })

setFlagsFromString("--expose-gc")
const collectGarbage = runInNewContext("gc") as () => void

interface Module {
  readonly HEAPU8: Uint8Array
  readonly _malloc: (bytes: number) => number
  readonly _free: (address: number) => void
}

/** What must be the same after every round. */
const held = () => {
  const { numBytes, numDataBuffers, numTensors } = tf.memory()
  const inBackend = tf.backend().numDataIds()
  return { heap: module().HEAPU8.length, inBackend, numBytes, numDataBuffers, numTensors }
}

const module = () => (tf.backend() as unknown as { readonly wasm: Module }).wasm

/**
 * Where the heap of WebAssembly has room for a block larger than any that a step takes: further and
 * further back if a little is left over each time, long before the heap as a whole must grow.
 */
const room = (): number => {
  const address = module()._malloc(2 ** 18)
  module()._free(address)
  return address
}

const inProcess = () => {
  collectGarbage()
  const { heapUsed, rss } = process.memoryUsage()
  return { heapUsed, rss }
}

it.scopedLive(
  "memory does not grow while a run trains",
  () =>
    Effect.gen(function* () {
      const run = yield* build(parts, {
        id: "memory",
        config: { training },
        dataset,
        random: Random.make(training.seed),
        store: () => Effect.die("nothing is saved"),
        fetch: () => Effect.succeed(null)
      })
      for (let i = 0; i < warmUp; i++) yield* round(run)
      const before = { ...inProcess(), room: room() }
      const first = held()
      for (let i = 0; i < rounds; i++) {
        yield* round(run)
        expect(held()).toEqual(first)
      }
      const after = { ...inProcess(), room: room() }
      if (soak > 0)
        console.log(`before: ${JSON.stringify(before)}, after: ${JSON.stringify(after)}`)
      expect(after.room - before.room).toBeLessThan(2 ** 15)
      expect(after.heapUsed - before.heapUsed).toBeLessThan(2 * 2 ** 20)
      expect(after.rss - before.rss).toBeLessThan(64 * 2 ** 20)
    }).pipe(Effect.provide([Backend.layer("wasm"), Observer.silent])),
  1_200_000
)
