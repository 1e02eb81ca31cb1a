// `npm run bench:backends [rounds]`: a training step of six networks on our WebAssembly backend and
// on its peers, each in a process of its own, in turn within each round. Ratios are of one round;
// the median over the rounds is printed. Where there is a graphics processor, our step on WebGPU and
// PyTorch's on CUDA are measured, too.
import { execFileSync, spawnSync, type StdioOptions } from "node:child_process"
import { cpus, loadavg } from "node:os"
import { fileURLToPath } from "node:url"
import { type NetworkName, networkNames } from "./backends/networks.js"
import { median } from "./median.js"

interface Result {
  /** The milliseconds of each step, and what the core was good for at the time, see `innerLoop`. */
  readonly steps: ReadonlyArray<readonly [ms: number, speed?: number]>
  /** Milliseconds of processor time a step, which other work on the machine disturbs less. */
  readonly cpu: number
  readonly heapMiB?: number
}

type Peer = (network: NetworkName) => Result | undefined

const rounds = Number(process.argv[2] ?? 5)
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The result of a program; undefined if it cannot do it. */
const result = (command: string, args: ReadonlyArray<string>, threads: number) => {
  try {
    const env = {
      ...process.env,
      OMP_NUM_THREADS: `${threads}`,
      OPENBLAS_NUM_THREADS: `${threads}`
    }
    const stdio: StdioOptions = ["ignore", "pipe", "ignore"]
    const options = { encoding: "utf8" as const, env, stdio }
    return JSON.parse(
      execFileSync(command, [...args], options)
        .trim()
        .split("\n")
        .at(-1)!
    ) as Result
  } catch {
    return undefined
  }
}

const node =
  (variant: string): Peer =>
  (network) =>
    result(process.execPath, ["--import", "tsx", at("backends/step.ts"), variant, network], 1)

/** A Python that has PyTorch: Debian's own, where another comes first in the path. */
const python = ["python3", "/usr/bin/python3"].find(
  (command) => spawnSync(command, ["-c", "import torch"]).status === 0
)

const torch =
  (threads: number, device = "cpu"): Peer =>
  (network) =>
    python === undefined
      ? undefined
      : result(python, [at("backends/torch_step.py"), network, `${threads}`, device], threads)

const always: Readonly<Record<string, Peer>> = {
  ours: node("ours"),
  "stock wasm": node("stock"),
  "torch, 1 thread": torch(1),
  "torch, 2 threads": torch(2)
}
const onGpu: Readonly<Record<string, Peer>> = {
  "ours, webgpu": node("webgpu"),
  "torch, cuda": torch(1, "cuda")
}
const peers = {
  ...always,
  ...Object.fromEntries(Object.entries(onGpu).filter(([, peer]) => peer("dense") !== undefined))
}

const names = Object.keys(peers)
const missing = new Set<string>()
const measured = networkNames.map((network) => ({
  network,
  rounds: Array.from({ length: rounds }, () =>
    names.map((name) => {
      if (missing.has(`${name} ${network}`)) return undefined
      const one = peers[name]!(network)
      if (one === undefined) missing.add(`${name} ${network}`)
      return one
    })
  )
}))

type Measure = (result: Result) => number | undefined

const time: Measure = ({ steps }) => median(steps.map(([ms]) => ms))
const processorTime: Measure = ({ cpu }) => cpu

const speeds = measured.flatMap(({ rounds }) =>
  rounds.flat().flatMap((result) => result?.steps.flatMap(([, speed]) => speed ?? []) ?? [])
)
const best = [...speeds].sort((a, b) => a - b)[Math.floor(0.99 * speeds.length)]!

/** The time of the steps during which nothing else computed on the core, if there are some. */
const undisturbedTime: Measure = ({ steps }) => {
  const own = steps.flatMap(([ms, speed]) => (speed! > 0.85 * best ? [ms] : []))
  return own.length < 5 ? undefined : median(own)
}

const cell = (value: number | undefined, digits = 2): string =>
  value === undefined ? "–" : value.toFixed(digits)

const logs: Array<number> = []
console.log(
  `${cpus()[0]!.model}, ${cpus().length} cores, Node ${process.versions.node}, ${rounds} rounds`
)
console.log(
  `| network | ${names.join(" | ")} | ours / stock | the same, undisturbed | ours / torch 1 | the same, processor time | heap, ours / stock (MiB) |`
)
console.log(`|---|${names.map(() => "---|").join("")}---|---|---|---|---|`)

for (const { network, rounds } of measured) {
  const times = names.map((_, i) => {
    const own = rounds.flatMap((round) => (round[i] && time(round[i])) ?? [])
    return own.length === 0 ? undefined : median(own)
  })
  const ratio = (peer: number, measure: Measure): number | undefined => {
    const ratios = rounds.flatMap(([ours, ...others]) => {
      const [own, other] = [ours, others[peer - 1]].map((one) => one && measure(one))
      return own === undefined || other === undefined ? [] : [own / other]
    })
    return ratios.length === 0 ? undefined : median(ratios)
  }
  const toTorch = ratio(2, time)
  if (toTorch !== undefined) logs.push(Math.log(toTorch))
  const heaps = [0, 1].map((i) => cell(rounds[0]![i]?.heapMiB, 0)).join(" / ")
  const cells = [
    ...times.map((ms) => cell(ms, 1)),
    cell(ratio(1, time)),
    cell(ratio(1, undisturbedTime)),
    cell(toTorch),
    cell(ratio(2, processorTime)),
    heaps
  ]
  console.log(`| ${network} | ${cells.join(" | ")} |`)
}

if (logs.length > 0) {
  const mean = Math.exp(logs.reduce((a, b) => a + b, 0) / logs.length)
  console.log(`geometric mean of ours / torch, 1 thread: ${mean.toFixed(2)}`)
}
const disturbed = speeds.filter((speed) => speed <= 0.85 * best).length / speeds.length
console.log(
  `the core was disturbed during ${(100 * disturbed).toFixed(0)} % of the steps; ` +
    `load average at the end: ${loadavg()[0]!.toFixed(1)}`
)
