/**
 * Disturbs sweeps at random moments, until they have been killed as often as asked for: kills them, kills
 * processes of their trials, interrupts them. Each sweep must end with the outcomes, and each of its
 * trials with the bits, of one that nothing has disturbed:
 *
 *   npm run soak:sweep -- --kills 100 --scheduler asha
 */
import { createHash } from "node:crypto"
import { spawn, type ChildProcess } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { parseArgs } from "node:util"

const { values: options } = parseArgs({
  options: {
    kills: { type: "string", default: "100" },
    scheduler: { type: "string", default: "asha" },
    keep: { type: "boolean", default: false }
  }
})
const kills = Number(options.kills)
const root = resolve(import.meta.dirname, "..")
const work = mkdtempSync(join(tmpdir(), "holdfast-soak-sweep-"))
const bin = join(root, "dist/cli/bin.js")

const definition = (name: string) => ({
  name,
  pipeline: join(root, "examples/arrays/pipeline.ts"),
  config: join(root, "examples/arrays/config.json"),
  // A population has generations of two epochs: enough of them that forks are forked again.
  set: { "training.num_epochs": options.scheduler === "pbt" ? 10 : 4, "data.size": 200 },
  checkpoint_dir: join(work, name),
  space: {
    "training.learning_rate": { kind: "log_uniform", low: 1e-3, high: 1e-1 },
    "model.units": { kind: "int", low: 4, high: 32 }
  },
  search: "random",
  scheduler:
    options.scheduler === "asha"
      ? { name: "asha", reduction_factor: 2 }
      : options.scheduler === "pbt"
        ? // A fork has the model of its origin.
          { name: "pbt", interval: 2, quantile: 0.5, perturb: ["training.learning_rate"] }
        : options.scheduler,
  trials: 4,
  parallel: 3,
  seed: 1
})

const start = (name: string, workers: number): ChildProcess => {
  const file = join(work, `${name}.json`)
  writeFileSync(file, JSON.stringify(definition(name)))
  return spawn(process.execPath, [bin, "sweep", file, "--workers", String(workers)], {
    cwd: work,
    stdio: ["ignore", "ignore", "pipe"]
  })
}

const ended = (child: ChildProcess): Promise<{ code: number | null; error: string }> => {
  let error = ""
  child.stderr!.on("data", (text: Buffer) => (error += text.toString()))
  return new Promise((done) => child.once("close", (code) => done({ code, error })))
}

const trainersOf = (parent: number): ReadonlyArray<number> =>
  readdirSync("/proc").flatMap((id) => {
    if (!/^\d+$/.test(id)) return []
    try {
      const stat = readFileSync(`/proc/${id}/stat`, "utf8")
      const [, ppid] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
      return Number(ppid) === parent ? [Number(id)] : []
    } catch {
      return []
    }
  })

/** The outcomes in the order of tickets, and a digest of the tensors of each trial's last checkpoint. */
const resultOf = (name: string): string => {
  const folder = join(work, name)
  const outcomes = readFileSync(join(folder, "outcomes.ndjson"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { ticket: number })
    .sort((one, other) => one.ticket - other.ticket)
  const tickets = readFileSync(join(folder, "tickets.ndjson"), "utf8")
  const weights = readdirSync(folder)
    .filter((file) => file.startsWith("trial-"))
    .sort()
    .map((trial) => {
      const file = readFileSync(join(folder, trial, "latest_checkpoint.safetensors"))
      const tensors = file.subarray(8 + Number(file.readBigUInt64LE(0)))
      return `${trial} ${createHash("sha256").update(tensors).digest("hex")}`
    })
  return JSON.stringify({ outcomes, tickets, weights }, null, 1)
}

const sleep = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds))
const pick = <A>(all: ReadonlyArray<A>): A | undefined =>
  all[Math.floor(Math.random() * all.length)]
const say = (text: string) => process.stdout.write(`${text}\n`)

const undisturbed = await ended(start("undisturbed", 1))
if (undisturbed.code !== 0) throw new Error(`the undisturbed sweep failed: ${undisturbed.error}`)
const expected = resultOf("undisturbed")
if (expected.includes('"failed"')) throw new Error(`trials of it failed: ${expected}`)
say(`undisturbed: ${createHash("sha256").update(expected).digest("hex")}`)

const counts: Record<string, number> = { sweep: 0, trial: 0, SIGINT: 0, SIGTERM: 0 }
let done = 0
for (let nth = 0; done < kills; nth++) {
  const name = `sweep-${nth}`
  for (;;) {
    const child = start(name, 1 + Math.floor(Math.random() * 3))
    const end = ended(child)
    const state = { isOver: false }
    void end.then(() => (state.isOver = true))
    while (!state.isOver && done < kills) {
      await Promise.race([sleep(500 + Math.random() * 9000), end])
      if (state.isOver) break
      const how = pick(["sweep", "trial", "trial", "trial", "SIGINT", "SIGTERM"])!
      if (how === "trial") {
        const trainer = pick(trainersOf(child.pid!))
        if (trainer === undefined) continue
        try {
          process.kill(trainer, "SIGKILL")
        } catch {
          continue
        }
      } else child.kill(how === "sweep" ? "SIGKILL" : (how as NodeJS.Signals))
      counts[how]!++
      done++
      if (how !== "trial") break
    }
    const { code, error } = await end
    if (code === 0) break
    if (code !== null && ![130, 143].includes(code)) {
      throw new Error(`${name} in ${work} ended with ${code}: ${error}`)
    }
  }
  const found = resultOf(name)
  if (found !== expected) {
    writeFileSync(join(work, "expected.json"), expected)
    writeFileSync(join(work, "found.json"), found)
    throw new Error(`${name} differs from the undisturbed sweep: see ${work}`)
  }
  say(`${name}: equal; ${done} kills so far ${JSON.stringify(counts)}`)
}
if (!options.keep) rmSync(work, { recursive: true })
