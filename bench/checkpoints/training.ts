// One process of the comparison: `tsx bench/checkpoints/training.ts FOLDER` trains 96 MiB of weights
// and means, saves them while it trains and while it does not, and prints as JSON what it measured.
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import type { Tensor } from "holdfast/tf"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { CheckpointStore, Observer, SaveRequest, Stages } from "holdfast"
import type { Run } from "holdfast"
import { Backend } from "../../src/backends/Backend.js"
import * as Checkpointer from "../../src/training/Checkpointer.js"
import { partsOf } from "../../src/training/ModelParts.js"
import { TypeId } from "../../src/training/Run.js"
import { tensorOf } from "../../src/training/Weights.js"
import * as Memory from "./memory.js"
import { large, makeRun, snapshot } from "./run.js"

/** What the process prints. Memory is in bytes, beyond what was there before. */
export interface Measured {
  /** How long training paused for each save, and how long a copy of the same tensors took, in ms. */
  readonly pauses: ReadonlyArray<number>
  readonly copies: ReadonlyArray<number>
  readonly state: number
  /** Of a save while nothing else runs. */
  readonly inPlace: number
  /** Of saves while training continues. */
  readonly background: number
}

const steps = 100
const saves = 8

const tensorsOf = (run: Run.Run): ReadonlyArray<Tensor> => [
  ...partsOf(run).weights.map(tensorOf),
  ...Object.values(run.optimizer.stateDict().tensors)
]

/** Copies every tensor of the run to memory that is there already; how long that takes. */
const copying = (run: Run.Run) => {
  const copies = tensorsOf(run).map(({ size }) => new Float32Array(size).fill(1))
  return () => {
    const views = tensorsOf(run).map((tensor) => tensor.dataSync())
    const started = performance.now()
    views.forEach((view, i) => copies[i]!.set(view))
    return performance.now() - started
  }
}

const main = Effect.gen(function* () {
  const store = yield* CheckpointStore
  const folder = yield* store.open(process.argv[2]!)
  const run = yield* makeRun(large, folder.save, steps)
  let isSaving = false
  let asked = 0
  const pauses: Array<number> = []
  const train = Stages.trainEpoch.run(run).pipe(
    Effect.zipRight(Checkpointer.drain(run[TypeId])),
    Effect.zipRight(
      Checkpointer.advance(run[TypeId], (progress) => ({
        ...progress,
        epoch: progress.epoch + 1,
        step: 0,
        position: { ...progress.position, example: 0 }
      }))
    ),
    Effect.provideService(SaveRequest, {
      // One after the other, as in a run that does not save more often than it can.
      take: Effect.sync(() => {
        const isDue = isSaving && asked === pauses.length && asked < saves
        if (isDue) asked++
        return isDue
      })
    })
  )

  // The first epoch brings the memory of training itself, and compiled code.
  yield* train
  Memory.reset()
  yield* train
  const training = Memory.peak()
  isSaving = true
  Memory.reset()
  yield* Effect.provideService(train, Observer, {
    emit: (event) =>
      Effect.sync(() => {
        if (event._tag === "CheckpointSaved") pauses.push(event.pause_ms)
      })
  })
  const background = Memory.peak() - training

  let inPlace = 0
  for (let i = 0; i < saves; i++) {
    const before = Memory.reset()
    yield* Effect.scoped(
      Effect.flatMap(snapshot(run), ({ checkpoint }) => folder.save(checkpoint, "latest"))
    )
    inPlace = Math.max(inPlace, Memory.peak() - before)
  }
  const copy = copying(run)
  copy()
  const measured: Measured = {
    pauses,
    copies: pauses.map(copy),
    state: 4 * tensorsOf(run).reduce((sum, { size }) => sum + size, 0),
    inPlace,
    background
  }
  console.log(JSON.stringify(measured))
})

await Effect.runPromise(
  main.pipe(
    Effect.scoped,
    Effect.provide(
      Layer.mergeAll(CheckpointStore.file, Backend.layer("wasm"), Observer.silent).pipe(
        Layer.provideMerge(NodeFileSystem.layer)
      )
    )
  )
)
