// `npm run bench:overhead [rounds]`: what a training step of `holdfast run`, in a terminal, costs
// over one written by hand on the same kernels. Both train in one process, in turn within each
// round; medians over the rounds.
import * as Pty from "@lydell/node-pty"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { cpus, loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { median } from "./median.js"

const rounds = Number(process.argv[2] ?? 15)
/** Steps a round, of 32 examples. */
const steps = { tiny: 500, speaker: 40 }
/** Rounds before those that count: compiling takes some hundreds of steps. */
const warmUp = 3
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

interface Time {
  readonly wall: number
  readonly processor: number
}

interface Times {
  readonly holdfast: ReadonlyArray<Time>
  readonly bare: ReadonlyArray<Time>
}

const measure = async (network: keyof typeof steps): Promise<Times> => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-"))
  const training = {
    checkpoint_dir: join(folder, "checkpoints"),
    num_epochs: warmUp + rounds,
    batch_size: 32,
    learning_rate: 1e-5,
    seed: 1
  }
  const config = { training, model: { network }, data: { examples: 32 * steps[network] } }
  writeFileSync(join(folder, "config.json"), JSON.stringify(config))
  const words = ["run", at("overhead/pipeline.ts"), "--config", join(folder, "config.json")]
  const terminal = Pty.spawn(
    process.execPath,
    [at("../dist/cli/bin.js"), ...words, "--backend", "wasm"],
    { cols: 100, rows: 30, env: process.env as Record<string, string> }
  )
  let output = ""
  terminal.onData((text) => (output += text))
  await new Promise((resolve) => terminal.onExit(resolve))
  rmSync(folder, { recursive: true })
  const told = /\{"holdfast".*\}\]\}/.exec(output)
  if (told === null) throw new Error(`the run of ${network} told no times:\n${output}`)
  const { holdfast, bare } = JSON.parse(told[0]) as Times
  return { holdfast: holdfast.slice(warmUp), bare: bare.slice(warmUp) }
}

console.log(
  `${cpus()[0]!.model}, ${cpus().length} cores, Node ${process.versions.node}, ${rounds} rounds`
)
console.log(
  "| network | by hand (µs) | holdfast (µs) | cost (µs) | cost (%) | the same, processor time (µs) | (%) |"
)
console.log("|---|---|---|---|---|---|---|")
for (const network of ["tiny", "speaker"] as const) {
  const { holdfast, bare } = await measure(network)
  const cost = (measure: keyof Time) => {
    const more = holdfast.map((time, i) => time[measure] - bare[i]![measure])
    const share = more.map((time, i) => (100 * time) / bare[i]![measure])
    return [median(more).toFixed(0), median(share).toFixed(1)]
  }
  const wall = [bare, holdfast].map((times) => median(times.map(({ wall }) => wall)).toFixed(0))
  console.log(`| ${[network, ...wall, ...cost("wall"), ...cost("processor")].join(" | ")} |`)
}
console.log(`load average at the end: ${loadavg()[0]!.toFixed(1)}`)
