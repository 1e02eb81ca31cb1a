/**
 * Measures loaders on the data of bench/data/generate.ts: how long until the data is there, the most memory, and
 * batches of 256 from anywhere; or which share of its steps a network waits for data.
 *
 *   npm run bench:data -- csv FILE           a table
 *   npm run bench:data -- images FOLDER      images of 32 × 32
 *   npm run bench:data -- training FOLDER    those images, with worker threads and without; or with so many
 *   npm run bench:data -- hours FOLDER       speech of bench/hours.ts, whose features are computed first; with "augmented"
 *                                            after it also recordings that are changed at random
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Dataset, Observer, RunLog, Split, type DatasetType } from "holdfast"
import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

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

/** Trains for some hundred steps in a process of its own, and reads its log. */
const waits = (
  name: string,
  pipeline: string,
  { batch, ...config }: { readonly batch: number; readonly model: object; readonly data: object },
  workers: string
) =>
  Effect.gen(function* () {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"))
    const training = {
      num_epochs: 1,
      batch_size: batch,
      learning_rate: 0.001,
      seed: 1,
      data_workers: workers === "auto" ? workers : Number(workers),
      checkpoint_dir: join(folder, "run")
    }
    writeFileSync(join(folder, "config.json"), JSON.stringify({ training, ...config }))
    const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))
    const saysMemory =
      "data:text/javascript,process.on('exit',()=>console.log('kB',process.resourceUsage().maxRSS))"
    const said = execFileSync(process.execPath, [
      `--import=${saysMemory}`,
      file("../../dist/cli/bin.js"),
      "run",
      file(pipeline),
      "--config",
      join(folder, "config.json")
    ]).toString()
    const memory = Number(/^kB (\d+)$/m.exec(said)![1]) / 1024
    const log = yield* RunLog.read(join(folder, "run"))
    // Threads start, and code becomes fast.
    const after = 50
    const sum = (numbers: Float64Array) => numbers.subarray(after).reduce((a, b) => a + b, 0)
    const { data_wait_ms, step_ms } = log.steps
    const steps = step_ms.length - after
    const median = (numbers: Float64Array) => numbers.subarray(after).toSorted()[steps >> 1]!
    process.stdout.write(
      `${name}, training.data_workers ${workers}: waits ${((100 * sum(data_wait_ms)) / sum(step_ms)).toFixed(1)} % of ` +
        `${(sum(step_ms) / steps).toFixed(1)} ms, the mean of ${steps} steps; half of them ${median(data_wait_ms).toFixed(2)} ms ` +
        `or less; at most ${memory.toFixed(0)} MB\n`
    )
    rmSync(folder, { recursive: true })
  }).pipe(Effect.provide(NodeFileSystem.layer))

/** So many images train: 350 steps. */
const trained = 350 * 64

const training = (root: string, counts: ReadonlyArray<string>) =>
  Effect.suspend(() => {
    const images = readdirSync(root).flatMap((name) => readdirSync(join(root, name))).length
    const config = {
      batch: 64,
      model: { filters: 16 },
      data: { root, test: images - trained - 64 }
    }
    return Effect.forEach(counts.length > 0 ? counts : ["auto", "0"], (workers) =>
      waits("images", "pipeline.ts", config, workers)
    )
  })

const hours = (root: string, isAugmented: boolean) => {
  const model = {
    architecture: "tdnn",
    num_classes: null,
    filters: 64,
    dense_units: 64,
    dropout: 0.2
  }
  const data = { root, cache_dir: `${root}.cache` }
  const augment = { speed: [0.9, 1, 1.1], noise: {}, reverberation: {}, spec_augment: {} }
  const pipeline = "../../pipelines/speaker.ts"
  const plain = waits("speech", pipeline, { batch: 32, model, data }, "auto")
  const changed = Effect.forEach(["auto", "0"], (workers) =>
    waits("augmented speech", pipeline, { batch: 32, model, data: { ...data, augment } }, workers)
  )
  return isAugmented ? Effect.zipRight(plain, changed) : plain
}

const [what, path, ...more] = process.argv.slice(2)
if (what === "csv") await Effect.runPromise(measured(csv(path!)))
else if (what === "images") await Effect.runPromise(measured(images(path!)))
else if (what === "training") await Effect.runPromise(training(path!, more))
else if (what === "hours") await Effect.runPromise(hours(path!, more.includes("augmented")))
else throw new Error("say csv, images, training or hours, and where")
