// Holdfast's training step and its store, and TensorFlow.js as it is:
// `tsx bench/peers/node_peer.ts <stock|BACKEND>`.
import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { join } from "node:path"
import { CheckpointStore } from "holdfast"
import { Backend } from "../../src/backends/Backend.js"
import type { BackendName } from "../../src/backends/BackendName.js"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import type { NetworkName } from "../backends/networks.js"
import { startBackend, stepOf } from "../backends/trainStep.js"
import { tfjs } from "../checkpoints/peers.js"
import * as Raw from "../checkpoints/raw.js"
import { large, makeRun, snapshot } from "../checkpoints/run.js"
import { median } from "../median.js"
import { play, timed } from "./Player.js"

const variant = await startBackend(process.argv[2]!)

const packageVersion = (path: string): string =>
  (createRequire(import.meta.url)(path) as { version: string }).version

const versions = {
  holdfast: packageVersion("../../package.json"),
  tfjs: packageVersion("@tensorflow/tfjs-core/package.json")
}

/** What computes, beside the versions of Holdfast and TensorFlow.js. */
const libraryOf = (backend: BackendName): string => {
  const { binding } = tf.backend() as { readonly binding?: { readonly TF_Version: string } }
  return backend === "tensorflow" && binding !== undefined
    ? `TensorFlow ${binding.TF_Version}`
    : `our kernels, TensorFlow.js ${versions.tfjs}`
}

const stepping = new Map<NetworkName, () => Promise<void>>()

const steps = async (of: { readonly network: NetworkName; readonly milliseconds: number }) => {
  const step = stepping.get(of.network) ?? stepOf(variant, of.network)
  stepping.set(of.network, step)
  const taken: Array<number> = []
  const begin = performance.now()
  const { cpu } = await timed(async () => {
    while (taken.length < 3 || performance.now() < begin + of.milliseconds) {
      const start = performance.now()
      await step()
      taken.push(performance.now() - start)
    }
  })
  return { ms: median(taken), cpu: cpu / taken.length }
}

type Files = Readonly<Record<"save" | "load", () => Promise<unknown>>>
const files = new Map<string, Files>()

/** The state that `bench:checkpoints` saves, in a folder, and how to save and load it. */
const prepare = async (of: { readonly folder: string; readonly as: string }) => {
  const services = Layer.mergeAll(CheckpointStore.file, Backend.layer("wasm")).pipe(
    Layer.provideMerge(NodeFileSystem.layer)
  )
  const runtime = ManagedRuntime.make(Layer.merge(services, Layer.scope))
  const prepared = Effect.gen(function* () {
    const run = yield* makeRun(large, () => Effect.die("these runs are saved by hand"))
    const { checkpoint } = yield* snapshot(run)
    const floats = [...checkpoint.tensors.values()].filter(({ dtype }) => dtype === "F32")
    const shapes = floats.map(({ shape }) => shape)
    const bytes = new Uint8Array(floats.reduce((sum, { shape }) => sum + 4 * product(shape), 0))
    files.set("raw", {
      save: () => Raw.write(join(of.folder, "raw"), [bytes]),
      load: () => readFile(join(of.folder, "raw"))
    })
    if (of.as === "tfjs") {
      const { load, save } = yield* tfjs(checkpoint, join(of.folder, "tfjs.bin"))
      files.set("tfjs", {
        save: () => runtime.runPromise(save),
        load: () => runtime.runPromise(load)
      })
    } else {
      const store = yield* CheckpointStore
      const open = yield* store.open(join(of.folder, "checkpoints"))
      const save = Effect.scoped(
        Effect.flatMap(snapshot(run), (one) => open.save(one.checkpoint, "latest"))
      )
      const { path } = yield* save
      files.set("holdfast", {
        save: () => runtime.runPromise(save),
        load: () => runtime.runPromise(store.load(path))
      })
    }
    return { shapes }
  })
  return runtime.runPromise(prepared)
}

const product = (shape: ReadonlyArray<number>) => shape.reduce((a, b) => a * b, 1)

await play({
  about: async () => ({
    version: variant === "stock" ? versions.tfjs : versions.holdfast,
    library: variant === "stock" ? "XNNPACK" : libraryOf(variant)
  }),
  steps,
  prepare,
  save: async ({ as }: { readonly as: string }) => timed(files.get(as)!.save),
  load: async ({ as }: { readonly as: string }) => timed(files.get(as)!.load)
})
