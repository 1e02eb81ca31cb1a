import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import { type Event, Observer } from "holdfast"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { yieldToEventLoop } from "../../src/io/EventLoop.js"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import * as NodePlatform from "../../src/io/NodePlatform.js"
import * as Recorder from "../../src/runlog/Recorder.js"
import * as MLflow from "../../src/tracking/mlflow/MLflow.js"
import type { RunObserver } from "../../src/tracking/RunObserver.js"
import * as TensorBoard from "../../src/tracking/tensorboard/TensorBoard.js"
import { type Run, TypeId } from "../../src/training/Run.js"
import { median } from "../median.js"

/** Steps in a round, and after how many of them training yields: 50 ms of the steps of `tiny`. */
const [steps, stretch] = [20_000, 150]
const rounds = 9

/** Of a run in `folder`, what an observer that its config names reads before the first step. */
const runIn = (folder: string) =>
  ({
    id: "1",
    config: { training: { checkpoint_dir: folder } },
    [TypeId]: { state: Ref.unsafeMake({ progress: { globalStep: 0 } }) }
  }) as unknown as Run

const named = (folder: string, ...observers: ReadonlyArray<RunObserver>) =>
  logged(
    Observer.all(
      ...observers.map((observer) => Layer.provide(observer(runIn(folder)), NodePlatform.layer))
    )
  )

const tensorBoard = TensorBoard.observe({ step_interval: 1, histogram_freq: 0, images: true })
/** A server that is not there: what is measured waits. */
const mlflow = MLflow.observe({
  tracking_uri: "http://127.0.0.1:9",
  experiment: null,
  step_interval: 10,
  artifacts: false
})

const layers: Readonly<Record<string, (folder: string) => Layer.Layer<Observer, unknown>>> = {
  none: () => Observer.silent,
  "the log of the run": () => logged(Observer.silent),
  "the log, and an observer that is queued": () =>
    logged(Observer.all(Observer.make(() => Effect.void))),
  "the log, and TensorBoard": (folder) => named(folder, tensorBoard),
  "the log, TensorBoard, and MLflow": (folder) => named(folder, tensorBoard, mlflow)
}

const logged = <E>(observer: Layer.Layer<Observer, E>) =>
  Layer.provide(Recorder.beside(observer), NodeFileSystem.layer)

const started = (folder: string): Event => ({
  _tag: "RunStarted",
  id: "1",
  folder,
  pipeline: "overhead",
  backend: "wasm",
  config: {},
  global_step: 0,
  history: [],
  parent: null,
  epochs: 1,
  steps_per_epoch: steps,
  parameters: 1,
  from: null
})

const step = (number: number): Event => ({
  _tag: "StepFinished",
  phase: "train",
  epoch: 1,
  epochs: 1,
  step: number,
  steps,
  loss: 1 / number,
  examples: 32,
  measured: {
    global_step: number,
    loss: Math.random(),
    learning_rate: 0.001,
    ...(number % 16 === 1 && { gradient_norm: Math.random() }),
    data_wait_ms: Math.random() / 10,
    step_ms: Math.random()
  }
})

/** Microseconds a step: between two yields, which is what training waits for, and with all in the background. */
interface Cost {
  readonly path: number
  readonly all: number
}

const round = (layerIn: (folder: string) => Layer.Layer<Observer, unknown>) =>
  Effect.gen(function* () {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-"))
    const layer = layerIn(folder)
    const cost = yield* Effect.gen(function* () {
      const observer = Context.get(yield* Layer.build(layer), Observer)
      yield* observer.emit(started(folder))
      // What a log begins with is not a step's.
      yield* observer.flush ?? Effect.void
      const before = process.cpuUsage()
      let path = 0
      for (let at = 1; at <= steps; at += stretch) {
        const begun = performance.now()
        for (let i = at; i < at + stretch && i <= steps; i++) yield* observer.emit(step(i))
        path += performance.now() - begun
        yield* yieldToEventLoop
      }
      yield* observer.flush ?? Effect.void
      const { system, user } = process.cpuUsage(before)
      return { path: (1000 * path) / steps, all: (system + user) / steps }
    }).pipe(Effect.scoped)
    rmSync(folder, { recursive: true })
    return cost
  })

/** What each observer costs a step over none, in microseconds: medians of paired rounds. */
export const observerCosts = Effect.gen(function* () {
  const costs = new Map<string, Array<Cost>>()
  for (let i = -2; i < rounds; i++) {
    const none = yield* round(layers["none"]!)
    for (const [name, layer] of Object.entries(layers)) {
      if (name === "none") continue
      const { all, path } = yield* round(layer)
      // Two rounds to compile.
      if (i < 0) continue
      const before = costs.get(name) ?? []
      costs.set(name, [...before, { path: path - none.path, all: all - none.all }])
    }
  }
  return [...costs].map(([name, each]) => ({
    name,
    path: median(each.map(({ path }) => path)),
    all: median(each.map(({ all }) => all))
  }))
})
