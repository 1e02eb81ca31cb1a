// `npm run bench:blocking [rounds]`: what it costs that a training step blocks the event loop.
// Runs `holdfast run` with steps of about 100, 300 and 1,000 ms; each round asks one process for
// three saves while it trains (SIGUSR1), then stops it (SIGINT). Medians over the rounds.
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { cpus, loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { median } from "./median.js"

const rounds = Number(process.argv[2] ?? 5)
const batchSizes = [256, 896, 3072]
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

interface Line {
  readonly event: string
  readonly time: string
  readonly step?: number
  readonly position?: { readonly step: number }
  readonly pause_ms?: number
}

interface Measured {
  /** From the end of one step to that of the next, with no save in progress. */
  readonly step: number
  /** From the end of the step that a save was ordered after until it was durable. */
  readonly durable: ReadonlyArray<number>
  /** The same save, with nothing else to do. */
  readonly idle: number
  readonly pauses: ReadonlyArray<number>
  /** How much longer training took by a save, its pause included. */
  readonly lost: ReadonlyArray<number>
  /** From SIGINT to the end of the process. */
  readonly exit: number
}

/** One run. `phase`, of 0 to 1, is where in a step the signals come. */
const measure = async (batchSize: number, phase: number): Promise<Measured> => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-"))
  const training = {
    checkpoint_dir: join(folder, "checkpoints"),
    num_epochs: 1000,
    save_interval: 1000,
    batch_size: batchSize,
    learning_rate: 1e-5,
    seed: 1
  }
  writeFileSync(join(folder, "config.json"), JSON.stringify({ training, model: {}, data: {} }))
  const words = ["run", at("blocking/pipeline.ts"), "--config", join(folder, "config.json")]
  const child = spawn(
    process.execPath,
    [at("../dist/cli/bin.js"), ...words, "--json", "--backend", "wasm"],
    { stdio: ["ignore", "pipe", "inherit"] }
  )
  const closed = new Promise((resolve) => child.on("close", resolve))

  const ends = new Map<number, number>()
  const saves: Array<{ step: number; time: number; pause: number }> = []
  const free: Array<number> = []
  let asked = 0
  let interrupted = 0
  let pause = 0
  const later = (action: () => void) => setTimeout(action, phase * median(free))
  for await (const text of createInterface(child.stdout)) {
    const line = JSON.parse(text) as Line
    const time = Date.parse(line.time)
    if (line.event === "StepFinished") {
      ends.set(line.step!, time)
      // The first steps take longer: they are compiled.
      if (line.step! > 3 && saves.length === asked) free.push(time - ends.get(line.step! - 1)!)
      if (saves.length < asked || line.step! < 8 || interrupted > 0) continue
      if (++pause < 3) continue
      pause = 0
      if (asked === 3) {
        later(() => {
          interrupted = Date.now()
          child.kill("SIGINT")
        })
      } else {
        asked++
        later(() => child.kill("SIGUSR1"))
      }
    } else if (line.event === "CheckpointSaved") {
      saves.push({ step: line.position!.step, time, pause: line.pause_ms! })
    }
  }
  const code = await closed
  const exit = Date.now() - interrupted
  rmSync(folder, { recursive: true })
  const [last, ...background] = saves.reverse()
  if (code !== 130 || last === undefined || background.length !== 3) {
    throw new Error(`a run ended with ${String(code)} after ${saves.length} saves`)
  }
  const since = (save: { step: number; time: number }) => save.time - ends.get(save.step)!
  const lost = (save: { step: number; time: number }) => {
    let step = save.step
    while (ends.get(step)! < save.time) step++
    return ends.get(step)! - ends.get(save.step)! - (step - save.step) * median(free)
  }
  return {
    step: median(free),
    durable: background.map(since),
    idle: since(last),
    pauses: background.map(({ pause }) => pause),
    lost: background.map(lost),
    exit
  }
}

console.log(
  `${cpus()[0]!.model}, ${cpus().length} cores, Node ${process.versions.node}, ${rounds} rounds`
)
console.log(
  "| step | SIGINT to exit | save while training | in steps | the same save, idle | pause | training lost |"
)
console.log("|---|---|---|---|---|---|---|")
const results = batchSizes.map((): Array<Measured> => [])
for (let round = 0; round < rounds; round++) {
  for (const [i, batchSize] of batchSizes.entries()) {
    results[i]!.push(await measure(batchSize, (round + 0.5) / rounds))
  }
}
for (const measured of results) {
  const of = (value: (one: Measured) => number) => median(measured.map(value))
  const ms = (value: number) => `${value.toFixed(0)} ms`
  const cells = [
    ms(of(({ step }) => step)),
    ms(of(({ exit }) => exit)),
    ms(median(measured.flatMap(({ durable }) => durable))),
    median(measured.flatMap(({ durable, step }) => durable.map((time) => time / step))).toFixed(1),
    ms(of(({ idle }) => idle)),
    `${median(measured.flatMap(({ pauses }) => pauses)).toFixed(1)} ms`,
    ms(median(measured.flatMap(({ lost }) => lost)))
  ]
  console.log(`| ${cells.join(" | ")} |`)
}
console.log(`load average at the end: ${loadavg()[0]!.toFixed(1)}`)
