import { execFileSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { threads } from "../peers/peers.js"
import { type Example, type ExampleRun, runsOf } from "./examples.js"

const root = fileURLToPath(new URL("../..", import.meta.url))
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** What a training ended with. */
export interface Trained {
  /** By the test split. */
  readonly metrics: Readonly<Record<string, number>>
  /** From the start of the process to its end. */
  readonly wholeRun: number
  /** Of the epochs alone, with their validation. */
  readonly epochs: number
}

/** What the peer is, in its words. */
export interface Peer {
  readonly framework: string
  readonly library: string
}

/** Rounds of both. */
export interface Measured {
  readonly holdfast: ReadonlyArray<Trained>
  readonly peer: ReadonlyArray<Trained>
  readonly about: Peer
}

interface Event {
  readonly event: string
  readonly record?: { readonly seconds: number }
  readonly metrics?: Readonly<Record<string, number>>
}

const timed = <A>(run: () => A): readonly [A, number] => {
  const begin = performance.now()
  const result = run()
  return [result, (performance.now() - begin) / 1000]
}

const execute = (
  command: string,
  args: ReadonlyArray<string>,
  cwd: string,
  cores: number
): string => {
  const env = { ...process.env, ...threads(cores) }
  return execFileSync(command, args, {
    cwd,
    env,
    encoding: "utf8",
    maxBuffer: 2 ** 30,
    stdio: ["ignore", "pipe", "inherit"]
  })
}

/** What `holdfast run` trains, from scratch. */
const trainHoldfast = (
  folder: string,
  { config, pipeline }: ExampleRun,
  seed: number,
  cores: number
): Trained => {
  const set = ["--set", `training.seed=${seed}`]
  const args = ["run", pipeline, "--config", config, "--json", "--resume", "never", ...set]
  const [text, wholeRun] = timed(() =>
    execute(process.execPath, [join(root, "dist/cli/bin.js"), ...args], folder, cores)
  )
  const events = text
    .split("\n")
    .filter((line) => /^\{"event":"(EpochFinished|Evaluated)"/.test(line))
    .map((line) => JSON.parse(line) as Event)
  const evaluated = events.findLast(({ event }) => event === "Evaluated")
  if (evaluated === undefined) throw new Error(`${pipeline} has no Stages.evaluate("test")`)
  return {
    metrics: evaluated.metrics!,
    wholeRun,
    epochs: events.reduce((sum, { record }) => sum + (record?.seconds ?? 0), 0)
  }
}

/** Of several runs of an example, one after another: what the last ended with, and the time of all. */
const inSequence = (runs: ReadonlyArray<Trained>): Trained => ({
  metrics: runs.at(-1)!.metrics,
  wholeRun: runs.reduce((sum, { wholeRun }) => sum + wholeRun, 0),
  epochs: runs.reduce((sum, { epochs }) => sum + epochs, 0)
})

/**
 * Trains an example and its peer in turn, each in processes of its own and the other one first in every
 * other round; `log` hears of each. The example is copied, so that its checkpoints are not the user's.
 */
export const measure = (
  name: string,
  example: Example,
  options: {
    readonly python: string
    readonly cores: number
    readonly rounds: number
    readonly log: (line: string) => void
  }
): Measured => {
  const { cores, log, python, rounds } = options
  // In the repository, where the pipelines find their packages.
  mkdirSync(join(root, ".cache"), { recursive: true })
  const copy = mkdtempSync(join(root, ".cache/examples-"))
  try {
    for (const part of ["examples", "pipelines", "config.json"]) {
      cpSync(join(root, part), join(copy, part), {
        recursive: true,
        filter: (path) => !["checkpoints", "node_modules", ".cache"].includes(basename(path))
      })
    }
    const folder = join(copy, example.folder ?? `examples/${name}`)
    const runs = runsOf(example)
    const holdfast: Array<Trained> = []
    const peer: Array<Trained> = []
    let about: Peer | undefined
    for (let round = 0; round < rounds; round++) {
      const seed = round + 1
      const data = runs.map(({ config, pipeline }, i) => {
        const target = join(copy, "data", `${i}`)
        rmSync(target, { recursive: true, force: true })
        mkdirSync(target, { recursive: true })
        const args = [pipeline, config, target, `training.seed=${seed}`]
        execute(process.execPath, ["--import", "tsx", at("writeData.ts"), ...args], folder, cores)
        return target
      })
      const turns = [
        () => {
          const trained = inSequence(runs.map((run) => trainHoldfast(folder, run, seed, cores)))
          holdfast.push(trained)
          log(`${name}, round ${seed}: Holdfast ${described(trained)}`)
        },
        () => {
          const [text, wholeRun] = timed(() =>
            execute(python, [at(`${name}.py`), ...data], folder, cores)
          )
          const { framework, library, metrics, seconds } = JSON.parse(
            text.trim().split("\n").at(-1)!
          ) as Peer & Pick<Trained, "metrics"> & { readonly seconds: number }
          about = { framework, library }
          const trained = { metrics, wholeRun, epochs: seconds }
          peer.push(trained)
          log(`${name}, round ${seed}: ${framework} ${described(trained)}`)
        }
      ]
      for (const turn of round % 2 === 0 ? turns : turns.toReversed()) turn()
    }
    return { holdfast, peer, about: about! }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

const described = ({ epochs, metrics, wholeRun }: Trained): string =>
  `${JSON.stringify(metrics)}, ${wholeRun.toFixed(1)} s, of these ${epochs.toFixed(1)} s for the epochs`
