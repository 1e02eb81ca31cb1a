// Trains a network through every kernel with each optimizer in turn, and prints the sha256 of all
// that the runs have come to, weights and slots: a program, to be run in processes of their own.
//   tsx test/training/trainedDigest.ts [BACKEND [--deterministic]]
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import { type Config, Observer, Progress, Stages } from "holdfast"
import { Backend, type BackendName } from "../../src/backends/Backend.js"
import { DeterminismRequired } from "../../src/backends/Determinism.js"
import * as Checkpointer from "../../src/training/Checkpointer.js"
import { TypeId } from "../../src/training/Run.js"
import { everyKernelRun } from "./everyKernelRun.js"

const optimizers: ReadonlyArray<Config.Training["optimizer"]> = [
  { name: "adam", beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, amsgrad: false, weight_decay: 0.01 },
  { name: "adamw", beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, amsgrad: false, weight_decay: 0.01 },
  { name: "sgd", momentum: 0.9, dampening: 0, nesterov: true, weight_decay: 0.01 },
  {
    name: "rmsprop",
    alpha: 0.99,
    momentum: 0.5,
    epsilon: 1e-8,
    centered: false,
    weight_decay: 0.01
  }
]
const epochs = 3
const hash = createHash("sha256")

const trained = (optimizer: Config.Training["optimizer"]) =>
  Effect.gen(function* () {
    const run = yield* everyKernelRun({ steps: 5, epochs, optimizer })
    for (let epoch = 0; epoch < epochs; epoch++) {
      yield* Stages.trainEpoch.run(run)
      yield* Stages.stepScheduler.run(run)
      yield* Checkpointer.advance(run[TypeId], (at) => Progress.afterStage(at, null, 0))
    }
    const progress = yield* Checkpointer.progress(run[TypeId])
    const snapshot = Checkpointer.snapshot(run[TypeId], progress)
    for (const [name, tensor] of snapshot.checkpoint.tensors) {
      hash.update(name).update(yield* tensor.bytes)
    }
    for (const { learning_rate, train_loss } of snapshot.checkpoint.meta.train_history) {
      hash.update(`${learning_rate} ${train_loss}`)
    }
    snapshot.dispose()
  }).pipe(Effect.scoped)

const [name = "wasm", flag] = process.argv.slice(2)
await Effect.runPromise(
  Effect.forEach(optimizers, trained).pipe(
    Effect.provide([Backend.layer(name as BackendName), Observer.silent]),
    Effect.provideService(DeterminismRequired, flag === "--deterministic")
  )
)
console.log(hash.digest("hex"))
