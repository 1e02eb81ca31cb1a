// `npm run bench:backends [rounds]`: a training step of six networks on our WebAssembly backend and
// on its peers, each in a process of its own, in turn within each round. Ratios are of one round;
// the median over the rounds is printed. Where they work, native TensorFlow, which computes our step as
// well, with one thread and with as many as it takes, and graphics processors, by WebGPU and by PyTorch's
// CUDA, are measured, too.
import { execFileSync, type StdioOptions } from "node:child_process"
import { cpus, loadavg } from "node:os"
import { fileURLToPath } from "node:url"
import { type NetworkName, networkNames } from "./backends/networks.js"
import { torchLibrary, torchPython } from "./backends/torch.js"
import { median } from "./median.js"

interface Result {
  /**
   * Of each step the milliseconds, what the core was good for at the time, see `innerLoop`, and the
   * milliseconds of processor time, which other work on the machine disturbs less.
   */
  readonly steps: ReadonlyArray<readonly [ms: number, speed: number, cpu: number]>
  readonly heapMiB?: number
}

type Peer = (network: NetworkName) => Result | undefined

const rounds = Number(process.argv[2] ?? 5)
// First of all: with the reference BLAS nothing is measured.
const library = torchLibrary()
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** What limits the threads of the libraries that compute. */
const threadVariables = [
  "OMP_NUM_THREADS",
  "OPENBLAS_NUM_THREADS",
  "TF_NUM_INTRAOP_THREADS",
  "TF_NUM_INTEROP_THREADS"
]

/** The result of a program; undefined if it cannot do it. Without `threads` it takes what it likes. */
const result = (command: string, args: ReadonlyArray<string>, threads?: number) => {
  try {
    const limit = threads === undefined ? [] : threadVariables.map((name) => [name, `${threads}`])
    const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3", ...Object.fromEntries(limit) }
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
  (variant: string, threads?: number): Peer =>
  (network) =>
    result(process.execPath, ["--import", "tsx", at("backends/step.ts"), variant, network], threads)

const torch =
  (threads: number, device = "cpu"): Peer =>
  (network) =>
    torchPython === undefined
      ? undefined
      : result(torchPython, [at("backends/torch_step.py"), network, `${threads}`, device], threads)

const always: Readonly<Record<string, Peer>> = {
  ours: node("wasm", 1),
  "stock wasm": node("stock", 1),
  "torch, 1 thread": torch(1),
  "torch, 2 threads": torch(2)
}
const whereAvailable: Readonly<Record<string, Peer>> = {
  "tensorflow, 1 thread": node("tensorflow", 1),
  tensorflow: node("tensorflow"),
  "ours, webgpu": node("webgpu", 1),
  "torch, cuda": torch(1, "cuda")
}
const peers = {
  ...always,
  ...Object.fromEntries(
    Object.entries(whereAvailable).filter(([, peer]) => peer("dense") !== undefined)
  )
}

const time = ({ steps }: Result): number => median(steps.map(([ms]) => ms))

const names = Object.keys(peers)
const missing = new Set<string>()
const measured = networkNames.map((network) => ({
  network,
  rounds: Array.from({ length: rounds }, (_, round) => {
    console.error(`measuring ${network}, round ${round + 1} of ${rounds}`)
    return names.map((name) => {
      if (missing.has(`${name} ${network}`)) return undefined
      const one = peers[name]!(network)
      if (one === undefined) missing.add(`${name} ${network}`)
      else console.error(`  ${name}: ${time(one).toFixed(1)} ms`)
      return one
    })
  })
}))

type Measure = (result: Result, peer: number) => number | undefined

const processorTime: Measure = ({ steps }) =>
  steps.reduce((sum, [, , cpu]) => sum + cpu, 0) / steps.length

/** What the core is good for, by each peer's own measure, if nothing else computes on it. */
const best = names.map((_, peer) => {
  const speeds = measured.flatMap(({ rounds }) =>
    rounds.flatMap((round) => round[peer]?.steps.map(([, speed]) => speed) ?? [])
  )
  return speeds.sort((a, b) => a - b)[Math.floor(0.99 * speeds.length)]!
})
const isUndisturbed = (speed: number, peer: number): boolean => speed > 0.85 * best[peer]!

/** The time of the steps while nothing else computed on the core, if there are some. */
const undisturbedTime: Measure = ({ steps }, peer) => {
  const own = steps.flatMap(([ms, speed]) => (isUndisturbed(speed, peer) ? [ms] : []))
  return own.length < 5 ? undefined : median(own)
}

const cell = (value: number | undefined, digits = 2): string =>
  value === undefined ? "–" : value.toFixed(digits)

const geometricMean = (values: ReadonlyArray<number | undefined>): string => {
  const logs = values.flatMap((value) => (value === undefined ? [] : [Math.log(value)]))
  const isWhole = logs.length === values.length
  return isWhole ? Math.exp(logs.reduce((a, b) => a + b) / logs.length).toFixed(2) : "–"
}

const columns = [
  "network",
  ...names,
  "ours / stock",
  "undisturbed",
  "ours / torch 1",
  "undisturbed",
  "processor time",
  "ours / tensorflow 1",
  "ours / tensorflow",
  "heap, ours / stock (MiB)"
]
console.log(
  `${cpus()[0]!.model}, ${cpus().length} cores, Node ${process.versions.node}, ${rounds} rounds\n${library}\n`
)
console.log(`| ${columns.join(" | ")} |`)
console.log(`|${"---|".repeat(columns.length)}`)

const toTorch = measured.map(({ network, rounds }) => {
  const times = names.map((_, peer) => {
    const own = rounds.flatMap((round) => (round[peer] && time(round[peer])) ?? [])
    return own.length === 0 ? undefined : median(own)
  })
  const ratio = (peer: number, measure: Measure): number | undefined => {
    const ratios = rounds.flatMap((round) => {
      const [own, other] = [0, peer].map((i) => round[i] && measure(round[i], i))
      return own === undefined || other === undefined ? [] : [own / other]
    })
    return ratios.length === 0 ? undefined : median(ratios)
  }
  const toTorch = [time, undisturbedTime, processorTime].map((measure) => ratio(2, measure))
  const cells = [
    ...times.map((ms) => cell(ms, 1)),
    ...[time, undisturbedTime].map((measure) => cell(ratio(1, measure))),
    ...toTorch.map((value) => cell(value)),
    ...["tensorflow, 1 thread", "tensorflow"].map((name) => cell(ratio(names.indexOf(name), time))),
    [0, 1].map((i) => cell(rounds[0]![i]?.heapMiB, 0)).join(" / ")
  ]
  console.log(`| ${network} | ${cells.join(" | ")} |`)
  return toTorch
})

const [all, undisturbed, byProcessorTime] = [0, 1, 2].map((i) =>
  geometricMean(toTorch.map((ratios) => ratios[i]))
)
console.log(
  `geometric mean of ours / torch, 1 thread: ${all}; undisturbed ${undisturbed}; ` +
    `by processor time ${byProcessorTime}`
)
const own = measured.flatMap(({ rounds }) => rounds.flatMap(([ours]) => ours?.steps ?? []))
const disturbed = own.filter(([, speed]) => !isUndisturbed(speed, 0)).length / own.length
console.log(
  `disturbed, by what others compute on the core: ${(100 * disturbed).toFixed(0)} % of our steps; ` +
    `load average at the end: ${loadavg()[0]!.toFixed(1)}`
)
