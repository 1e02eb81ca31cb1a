// `tsx writeData.ts PIPELINE CONFIG FOLDER [KEY=VALUE …]`: loads the data of a pipeline as a run would, and writes
// it for the peers: config.json; dataset.json, what the dataset declares; and each array of each split, without
// augmentation, as NumPy has it: train.inputs.npy, or train.inputs.NAME.npy where there are several.
import * as Effect from "effect/Effect"
import { Holdfast, Pipeline, Stage, type Stages } from "holdfast"
import { writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import type { Arrays, LabelledBatch, Values } from "../../src/data/Batch.js"
import { fetch } from "../../src/data/Dataset.js"
import { arrayOf, layoutOf } from "../../src/data/Layout.js"
import { sequential } from "../../src/data/Order.js"

const [pipelineFile, config, folder, ...set] = process.argv.slice(2) as [string, string, string]

type Prepared = Stages.Prepared<{ readonly training: object }>

const dtypes = { Float32Array: "<f4", Int32Array: "<i4", Uint8Array: "|u1" } as const

/** A file of NumPy's format: a header that says what the bytes are, padded to 64, and the bytes. */
const npy = (values: Values, shape: ReadonlyArray<number>): Buffer => {
  const dtype = dtypes[values.constructor.name as keyof typeof dtypes]
  const dimensions = shape.map((length) => `${length},`).join("")
  const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${dimensions}), }`
  const header = text.padEnd(64 * Math.ceil((text.length + 11) / 64) - 11) + "\n"
  const start = Buffer.from("\x93NUMPY\x01\x00\x00\x00", "latin1")
  start.writeUInt16LE(header.length, 8)
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  return Buffer.concat([start, Buffer.from(header, "latin1"), bytes])
}

const write = Stage.make("write", {
  description: "write the data for the peers",
  run: ({ config, dataset }: Prepared) =>
    Effect.gen(function* () {
      const layout = layoutOf(dataset)
      const { classes, name } = dataset
      const save = (file: string, content: object) =>
        writeFileSync(join(folder, file), JSON.stringify(content))
      save("config.json", config)
      save("dataset.json", { name, classes, ...layout })
      for (const split of ["train", "validation", "test"] as const) {
        const { size } = dataset[split]
        const batch = (yield* fetch(dataset, split, sequential(size))) as LabelledBatch
        const kinds = [
          ["inputs", batch.inputs, layout.inputs],
          ["labels", batch.labels, layout.labels],
          ["weights", batch.weights, layout.labels],
          ["masks", batch.masks, layout.labels]
        ] as const
        for (const [kind, arrays, fields] of kinds) {
          for (const { name, shape } of fields) {
            const values = arrayOf(arrays as Arrays | undefined, name)
            if (values === undefined) continue
            const file = [split, kind, ...(name === null ? [] : [name]), "npy"].join(".")
            const each = kind === "weights" ? [] : shape
            writeFileSync(join(folder, file), npy(values, [size, ...each]))
          }
        }
      }
    })
})

const { default: pipeline } = (await import(pathToFileURL(resolve(pipelineFile)).href)) as {
  readonly default: Pipeline.Pipeline<unknown>
}
const loaded = pipeline.stages.findIndex(({ name }) => name === "loadDataset")
if (loaded === -1) throw new Error(`${pipelineFile} has no stage loadDataset`)
// Types are erased: the stages of the pipeline go together, and the last gives what `write` takes.
const stages = [...pipeline.stages.slice(0, loaded + 1), write] as unknown as [
  Stage.Stage<void, void>
]
await Effect.runPromise(
  Pipeline.make("write-data", ...stages).run.pipe(
    Effect.provide(Holdfast.layer({ config, set, log: false, backend: "cpu" }))
  )
)
