// `npm run bench:overhead [rounds]`: what a training step of `holdfast run`, in a terminal, costs
// over one written by hand on the same kernels. Each trains in a process of its own, so that
// neither collects the other's garbage, in turn within each round; medians over the rounds.
import * as Pty from "@lydell/node-pty"
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { cpus, loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { median } from "./median.js"
import { type NetworkName, steps, training } from "./overhead/networks.js"
import { invite, type Time } from "./overhead/turns.js"

const rounds = Number(process.argv[2] ?? 15)
/** Rounds before those that count: compiling takes some hundreds of steps. */
const warmUp = 5
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Starts `holdfast run` in a terminal; gives its end. */
const start = (
  network: NetworkName,
  folder: string,
  env: Record<string, string>
): Promise<void> => {
  const config = {
    training: {
      ...training,
      checkpoint_dir: join(folder, "checkpoints"),
      num_epochs: warmUp + rounds
    },
    model: { network },
    data: {}
  }
  writeFileSync(join(folder, "config.json"), JSON.stringify(config))
  const words = ["run", at("overhead/pipeline.ts"), "--config", join(folder, "config.json")]
  const command = [at("../dist/cli/bin.js"), ...words, "--backend", "wasm"]
  const terminal = Pty.spawn(process.execPath, command, { cols: 100, rows: 30, env })
  let output = ""
  terminal.onData((text) => (output += text))
  return new Promise((resolve, reject) =>
    terminal.onExit(({ exitCode }) => (exitCode === 0 ? resolve() : reject(new Error(output))))
  )
}

/** The times of each in each round, a step's. */
const measure = async (network: NetworkName) => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-"))
  const env = (socket: string) =>
    ({ ...process.env, SOCKET: join(folder, socket) }) as Record<string, string>
  let ended: Promise<void>
  const holdfast = await invite(join(folder, "holdfast"), () => {
    ended = start(network, folder, env("holdfast"))
  })
  const byHand = await invite(join(folder, "hand"), () =>
    execFile(process.execPath, ["--import", "tsx", at("overhead/byHand.ts"), network], {
      env: env("hand")
    })
  )
  const times: Array<{ readonly holdfast: Time; readonly byHand: Time }> = []
  for (let round = 0; round < warmUp + rounds; round++) {
    times.push({ byHand: await byHand.turn(), holdfast: await holdfast.turn() })
  }
  holdfast.dismiss()
  byHand.dismiss()
  await ended!
  rmSync(folder, { recursive: true })
  return times.slice(warmUp)
}

console.log(
  `${cpus()[0]!.model}, ${cpus().length} cores, Node ${process.versions.node}, ${rounds} rounds`
)
console.log(
  "| network | by hand (µs) | holdfast (µs) | cost (µs) | cost (%) | the same, processor time (µs) | (%) |"
)
console.log("|---|---|---|---|---|---|---|")
for (const network of Object.keys(steps) as Array<NetworkName>) {
  const times = await measure(network)
  const aStep = (who: "holdfast" | "byHand") =>
    (median(times.map((time) => time[who].wall)) / steps[network]).toFixed(0)
  const cost = (measure: keyof Time) => {
    const more = times.map(({ byHand, holdfast }) => holdfast[measure] - byHand[measure])
    const share = more.map((time, i) => (100 * time) / times[i]!.byHand[measure])
    return [(median(more) / steps[network]).toFixed(0), median(share).toFixed(1)]
  }
  const cells = [network, aStep("byHand"), aStep("holdfast"), ...cost("wall"), ...cost("processor")]
  console.log(`| ${cells.join(" | ")} |`)
}
console.log(`load average at the end: ${loadavg()[0]!.toFixed(1)}`)
