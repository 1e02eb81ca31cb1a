/**
 * Measures loaders on the data of bench/data/generate.ts: how long until the data is there, the most memory, and
 * batches of 256 from anywhere.
 *
 *   npm run bench:data -- csv FILE         a table
 *   npm run bench:data -- images FOLDER    images of 32 × 32
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Dataset, Observer, Split, type DatasetType } from "holdfast"

const observer = Observer.make((event) =>
  Effect.sync(() => {
    if (event._tag === "Notice") process.stdout.write(`${event.message}\n`)
  })
)

const csv = (path: string) =>
  Dataset.fromCsv({
    path,
    columns: {
      area: "number",
      rooms: "number",
      distance: "number",
      district: "category",
      balcony: "boolean",
      rent: "number"
    },
    label: "rent",
    key: "id",
    split: Split.hash.make(),
    cache_dir: `${path}.cache`
  })

const images = (root: string) =>
  Dataset.fromImages({ root, height: 32, width: 32, decoder: "javascript" })

const measured = <E, R>(load: Effect.Effect<DatasetType, E, R>) =>
  Effect.gen(function* () {
    const started = performance.now()
    const { train } = yield* load
    const report = (what: string, milliseconds: number) => {
      const megabytes = Math.round(process.resourceUsage().maxRSS / 1024)
      process.stdout.write(`${what}: ${milliseconds.toFixed(1)} ms; at most ${megabytes} MB\n`)
    }
    report(`${train.size} examples to train on are there`, performance.now() - started)
    const steps = 200
    const began = performance.now()
    for (let step = 0; step < steps; step++) {
      const indices = Int32Array.from({ length: 256 }, (_, i) =>
        Math.floor((((step * 256 + i) * 0.61803398875) % 1) * train.size)
      )
      yield* train.batch(indices)
    }
    report("a batch of 256 from anywhere", (performance.now() - began) / steps)
  }).pipe(Effect.scoped, Effect.provide(Layer.merge(NodeFileSystem.layer, observer)))

const [what, path] = process.argv.slice(2)
if (what === "csv") await Effect.runPromise(measured(csv(path!)))
else if (what === "images") await Effect.runPromise(measured(images(path!)))
else throw new Error("say csv or images, and where")
