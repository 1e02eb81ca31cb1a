// `node --import tsx bench/ui/makeRuns.ts FOLDER [runs] [steps] [all]` writes logs as runs of that length write
// them: thinned, or every step where `all` is given. Losses are invented, the same each time.
import { mkdirSync, writeFileSync, openSync, writeSync, closeSync } from "node:fs"
import { join } from "node:path"
import { bucketOf, bucketSize, thin } from "../../src/runlog/Thin.js"

const stepsPerEpoch = 10_000
const stepMs = 12
const begun = Date.UTC(2026, 10, 1)

/** A number between 0 and 1 that looks random. */
const noise = (seed: number): number => {
  let x = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32
}

const round = (value: number): number => Number(value.toPrecision(17))

const stepOf = (run: number, globalStep: number) => {
  const wide = noise(globalStep * 131 + run)
  return {
    global_step: globalStep,
    epoch: Math.floor((globalStep - 1) / stepsPerEpoch) + 1,
    step: ((globalStep - 1) % stepsPerEpoch) + 1,
    loss: round(2.3 * Math.exp(-globalStep / (60_000 * (1 + (run % 5)))) + 0.1 + 0.4 * wide ** 4),
    learning_rate: round(0.001 * (1 + Math.cos((Math.PI * globalStep) / 1e6)) + 1e-6),
    gradient_norm: round(0.5 + 3 * noise(globalStep * 17 + run) ** 6),
    examples: 32,
    data_wait_ms: round(0.05 + 2 * noise(globalStep * 7 + run) ** 20),
    step_ms: round(stepMs * (0.9 + 0.4 * noise(globalStep * 3 + run) ** 8))
  }
}

const line = (event: string, globalStep: number, run: number, fields: object): string =>
  `${JSON.stringify({
    event,
    time: new Date(begun + run * 3_600_000 + globalStep * stepMs).toISOString(),
    global_step: globalStep,
    ...fields
  })}\n`

const opened = (run: number) =>
  line("LogOpened", 0, run, {
    version: 1,
    run: { id: `run-${run}`, name: `run ${run}`, tags: ["bench"], notes: null, parent: null },
    pipeline: "bench.ts",
    config: {
      training: { num_epochs: 100, batch_size: 32, seed: run, optimizer: { name: "adam" } },
      model: { units: 64 + (run % 4) * 64 }
    },
    environment: {
      holdfast: "0.2.0",
      tfjs: "4.22.0",
      node: "v20.20.2",
      platform: "linux x64",
      cpu: "none",
      cores: 8,
      memory: 2 ** 34,
      host: "bench",
      git: null,
      pid: 1,
      argv: ["holdfast", "run", "bench.ts"]
    },
    backend: "wasm",
    from: null
  })

/** Writes the log of a run; gives its bytes. */
export const writeRun = (folder: string, run: number, steps: number, all: boolean): number => {
  mkdirSync(folder, { recursive: true })
  const file = openSync(join(folder, "events.ndjson"), "w")
  let bytes = 0
  let text = opened(run)
  const flush = () => {
    bytes += writeSync(file, text)
    text = ""
  }
  text += line("RunStarted", 0, run, {
    epochs: Math.ceil(steps / stepsPerEpoch),
    steps_per_epoch: stepsPerEpoch,
    parameters: 50_000,
    from: null
  })
  const size = all ? 1 : bucketSize(steps)
  let bucket: Array<ReturnType<typeof stepOf>> = []
  let best = Infinity
  for (let globalStep = 1; globalStep <= steps; globalStep++) {
    bucket.push(stepOf(run, globalStep))
    if (globalStep === steps || bucketOf(globalStep + 1, size) !== bucketOf(globalStep, size)) {
      for (const step of thin(bucket, size)) text += line("Step", step.global_step, run, step)
      bucket = []
    }
    if (globalStep % 500 === 0) {
      text += line("System", globalStep, run, {
        cpu: 1.8,
        rss: 5e8 + globalStep,
        heap: 9e7,
        free_memory: 4e9,
        total_memory: 2 ** 34,
        load: 1.9,
        tensors: 60,
        tensor_bytes: 4e6
      })
    }
    if (globalStep % stepsPerEpoch === 0) {
      const epoch = globalStep / stepsPerEpoch
      const loss = stepOf(run, globalStep).loss
      best = Math.min(best, loss)
      text += line("EpochFinished", globalStep, run, {
        record: {
          epoch,
          learning_rate: 0.001,
          seconds: (stepsPerEpoch * stepMs) / 1000,
          train_loss: loss,
          val_loss: loss + 0.02,
          val_accuracy: 1 - loss / 3
        },
        epochs: Math.ceil(steps / stepsPerEpoch),
        is_best: loss === best
      })
      text += line("CheckpointSaved", globalStep, run, {
        path: `${folder}/latest_checkpoint.safetensors`,
        name: "latest",
        position: { epoch, step: 0 },
        bytes: 1_843_200,
        write_ms: 31,
        pause_ms: 0.6
      })
    }
    if (text.length > 1 << 20) flush()
  }
  text += line("RunFinished", steps, run, {
    epoch: Math.ceil(steps / stepsPerEpoch),
    stopped: null,
    best: { metric: "val_loss", value: best + 0.02, epoch: 90 },
    seconds: (steps * stepMs) / 1000
  })
  flush()
  closeSync(file)
  return bytes
}

if (process.argv[1] === import.meta.filename || process.argv[1]?.endsWith("makeRuns.ts")) {
  const [folder, runs = "100", steps = "1000000", all] = process.argv.slice(2)
  if (folder === undefined) throw new Error("which folder?")
  for (let run = 0; run < Number(runs); run++) {
    const name = `run-${String(run).padStart(4, "0")}`
    const bytes = writeRun(join(folder, name), run, Number(steps), all !== undefined)
    writeFileSync(
      join(folder, name, "run.json"),
      JSON.stringify({ name, tags: ["bench"], notes: null })
    )
    if (run === 0) console.log(`${name}: ${bytes} bytes`)
  }
}
