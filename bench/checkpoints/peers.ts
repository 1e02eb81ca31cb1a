import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { readFile } from "node:fs/promises"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import type { Checkpoint } from "holdfast"
import { torchPython } from "../backends/torch.js"
import * as Raw from "./raw.js"

const isFloat = ([, { dtype }]: [string, Checkpoint.CheckpointTensor<unknown>]) => dtype === "F32"

/** The checkpoint's tensors as TensorFlow.js has them. */
const tensorsOf = Effect.fnUntraced(function* ({ tensors }: Checkpoint.Unsaved) {
  return yield* Effect.forEach([...tensors].filter(isFloat), ([name, { shape, bytes }]) =>
    Effect.map(bytes, (found) => ({
      name,
      tensor: tf.tensor(new Float32Array(found.slice().buffer), [...shape])
    }))
  )
})

/** TensorFlow.js's own format, as its `file://` handler writes it: weights, and what they are. */
export const tfjs = Effect.fnUntraced(function* (checkpoint: Checkpoint.Unsaved, path: string) {
  const named = yield* tensorsOf(checkpoint)
  yield* Effect.addFinalizer(() => Effect.sync(() => named.forEach((one) => one.tensor.dispose())))
  let specs: Array<tf.io.WeightsManifestEntry> = []
  const write = (to: typeof Raw.write) =>
    Effect.promise(async () => {
      const encoded = await tf.io.encodeWeights(named)
      specs = encoded.specs
      await to(`${path}.json`, [Buffer.from(JSON.stringify(specs))])
      await to(path, [new Uint8Array(encoded.data as ArrayBuffer)])
    })
  return {
    save: write(Raw.write),
    savePlain: write(Raw.writePlain),
    load: Effect.promise(async () => {
      const { buffer } = await readFile(path)
      tf.dispose(tf.io.decodeWeights(buffer as ArrayBuffer, specs))
    })
  }
})

/** PyTorch with tensors of the same shapes, in a process of its own; undefined where there is none. */
export const torch = Effect.fnUntraced(function* (
  { tensors }: Checkpoint.Unsaved,
  path: string
) {
  const python = torchPython
  if (python === undefined) return undefined
  const program = fileURLToPath(new URL("torch_files.py", import.meta.url))
  const shapes = JSON.stringify([...tensors].filter(isFloat).map(([, { shape }]) => shape))
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(python, [program, path, shapes], { stdio: ["pipe", "pipe", "inherit"] })
    ),
    ({ stdin }) => Effect.sync(() => stdin.end())
  )
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]()
  /** Has one thing done; gives the milliseconds that it took there. */
  const ask = (what: string) =>
    Effect.promise(async () => {
      child.stdin.write(`${what}\n`)
      return Number((await answers.next()).value)
    })
  return { save: ask("save"), savePlain: ask("save plain"), load: ask("load") }
})
