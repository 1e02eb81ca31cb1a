// `npm run bench:backends [rounds]`: a training step of six networks on our WebAssembly backend and
// on its peers, each in a process of its own, in turn within each round. Ratios are of one round;
// the median over the rounds is printed.
import { execFileSync, spawnSync, type StdioOptions } from "node:child_process"
import { cpus, loadavg } from "node:os"
import { fileURLToPath } from "node:url"
import { type NetworkName, networkNames } from "./backends/networks.js"
import { median } from "./median.js"

interface Result {
  readonly ms: number
  /** Processor time a step, which other work on the machine disturbs less. */
  readonly cpu: number
  readonly heapMiB?: number
}

type Peer = (network: NetworkName, steps: number) => Result | undefined

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
  (network, steps) =>
    result(
      process.execPath,
      ["--import", "tsx", at("backends/step.ts"), variant, network, `${steps}`],
      1
    )

/** A Python that has PyTorch: Debian's own, where another comes first in the path. */
const python = ["python3", "/usr/bin/python3"].find(
  (command) => spawnSync(command, ["-c", "import torch"]).status === 0
)

const torch =
  (threads: number): Peer =>
  (network, steps) =>
    python === undefined
      ? undefined
      : result(python, [at("backends/torch_step.py"), network, `${steps}`, `${threads}`], threads)

const peers: Readonly<Record<string, Peer>> = {
  ours: node("ours"),
  "stock wasm": node("stock"),
  "torch, 1 thread": torch(1),
  "torch, 2 threads": torch(2)
}

const cell = (value: number | undefined, digits = 2): string =>
  value === undefined ? "–" : value.toFixed(digits)

const names = Object.keys(peers)
const missing = new Set<string>()
const logs: Array<number> = []
console.log(
  `${cpus()[0]!.model}, ${cpus().length} cores, Node ${process.versions.node}, ${rounds} rounds`
)
console.log(
  `| network | ${names.join(" | ")} | ours / stock | ours / torch 1 | the same, processor time | heap, ours / stock (MiB) |`
)
console.log(`|---|${names.map(() => "---|").join("")}---|---|---|---|`)

for (const network of networkNames) {
  const results = Array.from({ length: rounds }, () =>
    names.map((name) => {
      if (missing.has(`${name} ${network}`)) return undefined
      const measured = peers[name]!(network, 20)
      if (measured === undefined) missing.add(`${name} ${network}`)
      return measured
    })
  )
  const times = names.map((_, i) => {
    const own = results.flatMap((round) => round[i]?.ms ?? [])
    return own.length === 0 ? undefined : median(own)
  })
  const ratio = (peer: number, measure: "ms" | "cpu"): number | undefined => {
    const ratios = results.flatMap(([ours, ...others]) => {
      const other = others[peer - 1]
      return ours === undefined || other === undefined ? [] : [ours[measure] / other[measure]]
    })
    return ratios.length === 0 ? undefined : median(ratios)
  }
  const toTorch = ratio(2, "ms")
  if (toTorch !== undefined) logs.push(Math.log(toTorch))
  const heaps = [0, 1].map((i) => cell(results[0]![i]?.heapMiB, 0)).join(" / ")
  const cells = [
    ...times.map((ms) => cell(ms, 1)),
    cell(ratio(1, "ms")),
    cell(toTorch),
    cell(ratio(2, "cpu")),
    heaps
  ]
  console.log(`| ${network} | ${cells.join(" | ")} |`)
}

if (logs.length > 0) {
  const mean = Math.exp(logs.reduce((a, b) => a + b, 0) / logs.length)
  console.log(`geometric mean of ours / torch, 1 thread: ${mean.toFixed(2)}`)
}
console.log(`load average at the end: ${loadavg()[0]!.toFixed(1)}`)
