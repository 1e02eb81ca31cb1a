/**
 * Kills, interrupts and signals training runs for a given time or number of kills, each run in a chain of
 * processes, and compares what each chain comes to with an undisturbed run, bit for bit.
 *
 *   npm run soak -- --kills 2000 [--minutes N] [--seed S] [--jobs J]
 *
 * Exits with 1 on the first thing that should not have happened, and keeps the folder of that run.
 */
import { rmSync } from "node:fs"
import { availableParallelism } from "node:os"
import { parseArgs } from "node:util"
import type { Chain, Disturbance } from "../test/support/abuse.js"
import {
  blobsChain,
  disturbances,
  end,
  endure,
  undisturbed,
  violations
} from "../test/support/abuse.js"
import type { Essence } from "../test/support/checkpoints.js"
import { differences } from "../test/support/checkpoints.js"

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "2000" },
    minutes: { type: "string", default: "Infinity" },
    seed: { type: "string", default: `${Date.now() % 1_000_000}` },
    jobs: { type: "string", default: `${availableParallelism()}` }
  }
})
const kills = Number(values.kills)
const minutes = Number(values.minutes)
const seed = Number(values.seed)
const jobs = Number(values.jobs)

/** What is trained: every optimizer and scheduler, small files and larger ones, rare saves too. */
type Kind = Parameters<typeof blobsChain>[0]
const kinds: ReadonlyArray<Kind> = [
  { batch: 8, load: 100, typescript: true },
  {
    batch: 4,
    units: 4000,
    training: { optimizer: { name: "adamw" }, scheduler: { name: "plateau", patience: 0 } }
  },
  {
    batch: 8,
    units: 300,
    training: {
      num_epochs: 9,
      save_interval: 3,
      optimizer: { name: "sgd", momentum: 0.9, nesterov: true },
      scheduler: { name: "step", step_size: 2, gamma: 0.5 }
    }
  },
  {
    load: 300,
    units: 1000,
    training: {
      save_interval: 2,
      optimizer: { name: "rmsprop", momentum: 0.5 },
      scheduler: { name: "exponential", gamma: 0.8 }
    }
  }
]

const count = { kills: 0, inSaves: 0, stops: 0, processes: 0, chains: 0 }
const wrong: Array<string> = []
const started = performance.now()
const elapsed = () => (performance.now() - started) / 60_000
const isOver = () => wrong.length > 0 || count.kills >= kills || elapsed() >= minutes

const summary = () =>
  `${count.kills} kills (${count.inSaves} in a save), ${count.stops} stops by signals, ` +
  `${count.processes} processes, ${count.chains} runs compared, ${wrong.length} violations; ` +
  `${elapsed().toFixed(1)} min, seed ${seed}`

const forget = ({ folder }: Chain) => rmSync(folder, { recursive: true, force: true })

const straight = new Map<Kind, Promise<Essence>>()
const straightOf = (kind: Kind): Promise<Essence> => {
  const compute = async () => {
    const chain = blobsChain(kind)
    const essence = await undisturbed(chain)
    forget(chain)
    return essence
  }
  const known = straight.get(kind) ?? compute()
  straight.set(kind, known)
  return known
}

/** Up to sixteen disturbances, kills for the most part. */
const plan = (number: number): ReadonlyArray<Disturbance> => {
  const draw = disturbances(seed + number)
  const cycle = [
    draw.kill,
    draw.killInSave,
    draw.signal,
    draw.kill,
    draw.killInFlush,
    draw.burst,
    draw.killInSave,
    draw.kill
  ]
  return [...cycle, ...cycle].map((next) => next())
}

const runChain = async (number: number): Promise<void> => {
  const kind = kinds[number % kinds.length]!
  const expected = await straightOf(kind)
  const chain = blobsChain(kind)
  const sessions = await endure(chain, plan(number))
  for (const [disturbance, { code, killedBy }] of sessions) {
    count.processes += 1
    if (killedBy === "SIGKILL") count.kills += 1
    else if (code > 128) count.stops += 1
    if (killedBy === "SIGKILL" && disturbance?.from === "a save") count.inSaves += 1
  }
  const found = violations(sessions)
  found.push(...(found.length > 0 ? [] : differences(end(chain), expected)))
  count.chains += 1
  if (found.length === 0) return forget(chain)
  wrong.push(...found.map((violation) => `chain ${number} in ${chain.folder}: ${violation}`))
}

let next = 0
const work = async (): Promise<void> => {
  while (!isOver()) {
    await runChain(next++)
    console.log(summary())
  }
}

process.once("SIGINT", () => process.exit(130))
await Promise.all(Array.from({ length: jobs }, work))
wrong.forEach((violation) => console.error(violation))
console.log(wrong.length === 0 ? `passed: ${summary()}` : `FAILED: ${summary()}`)
process.exit(wrong.length === 0 ? 0 : 1)
