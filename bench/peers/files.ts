import * as Effect from "effect/Effect"
import { mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import type { Dataset, Examples } from "holdfast"
import { classes } from "../backends/networks.js"

/** The shape of an example: frames of a spectrogram, for the speaker network. */
export const shape = [98, 40] as const
const length = shape[0] * shape[1]

/** Examples in an epoch: 32 batches of 32. */
export const count = 1024

/** Writes the examples that every peer loads, a file of 15,680 bytes each. */
export const writeExamples = (folder: string): void => {
  mkdirSync(folder, { recursive: true })
  for (let i = 0; i < count; i++) {
    const values = Float32Array.from({ length }, (_, j) => Math.sin(i * length + j))
    writeFileSync(join(folder, `${String(i).padStart(6, "0")}.bin`), values)
  }
}

const read = async (paths: ReadonlyArray<string>, indices: Int32Array) => {
  const inputs = new Float32Array(indices.length * length)
  const bytes = new Uint8Array(inputs.buffer)
  const loaded = await Promise.all(Array.from(indices, (index) => readFile(paths[index]!)))
  loaded.forEach((one, i) => bytes.set(one, 4 * length * i))
  return { size: indices.length, inputs, labels: indices.map((index) => index % classes) }
}

/** These examples as Holdfast loads them. */
export const filesDataset = (folder: string): Dataset => {
  const paths = readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
  const train: Examples = {
    size: paths.length,
    batch: (indices) => Effect.promise(() => read(paths, indices))
  }
  const few = { ...train, size: 1 }
  return {
    name: "files",
    fingerprint: "files",
    inputShape: [...shape],
    labelShape: [],
    classes: Array.from({ length: classes }, (_, i) => `${i}`),
    train,
    validation: few,
    test: few
  }
}
