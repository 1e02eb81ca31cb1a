/**
 * Search algorithms beside Optuna's: how far the best of 30, 60 and 120 trials is from the least value, the
 * median over seeds and the mean in parentheses. `npm run bench:search`; needs a Python with `optuna` (HOLDFAST_PYTHON), or shows
 * only ours. `-- --seeds 30 --parallel 1`.
 */
import { spawnSync } from "node:child_process"
import { parseArgs } from "node:util"
import { random } from "../src/sweep/search/RandomSearch.js"
import { sobol } from "../src/sweep/search/SobolSearch.js"
import { tpe } from "../src/sweep/search/Tpe.js"
import { median } from "./median.js"
import { curve } from "./search/curves.js"
import { problems } from "./search/functions.js"

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "30" },
    parallel: { type: "string", default: "1" }
  }
})
const [seeds, parallel] = [Number(values.seeds), Number(values.parallel)]
const trials = [30, 60, 120]

const ours = {
  random: random.make(),
  sobol: sobol.make(),
  tpe: tpe.make(),
  "tpe, each by itself": tpe.make({ multivariate: false })
}

interface Peer {
  readonly version: string
  readonly results: Record<string, Record<string, ReadonlyArray<ReadonlyArray<number>>>>
}

const python = process.env["HOLDFAST_PYTHON"] ?? "python3"
process.stdout.write(`Optuna by ${python} first: some minutes\n`)
const child = spawnSync(
  python,
  ["bench/search/peer.py", values.seeds, values.parallel, ...trials.map(String)],
  { encoding: "utf8", maxBuffer: 1 << 28 }
)
const peer = child.status === 0 ? (JSON.parse(child.stdout) as Peer) : undefined

const lines = [
  peer === undefined
    ? `Optuna cannot be run by ${python}: ${child.stderr?.trim().split("\n").at(-1) ?? child.error?.message}`
    : `Optuna ${peer.version}; ${seeds} seeds, ${parallel} in parallel`,
  `| function | search | ${trials.map((n) => `after ${n}`).join(" | ")} |`,
  `| --- | --- | ${trials.map(() => "---").join(" | ")} |`
]
const line = (function_: string, name: string, left: ReadonlyArray<ReadonlyArray<number>>) => {
  const cells = left.map((values) => {
    const mean = values.reduce((sum, value) => sum + value) / values.length
    return `${median(values).toPrecision(3)} (${mean.toPrecision(3)})`
  })
  lines.push(`| ${function_} | ${name} | ${cells.join(" | ")} |`)
}

for (const problem of problems) {
  for (const [name, search] of Object.entries(ours)) {
    const curves = Array.from({ length: seeds }, (_, seed) =>
      curve(problem, search, { seed, parallel, trials: trials.at(-1)! })
    )
    line(
      problem.name,
      name,
      trials.map((n) => curves.map((one) => one[n - 1]! - problem.least))
    )
  }
  for (const [name, runs] of Object.entries(peer?.results[problem.name] ?? {})) {
    line(
      problem.name,
      `Optuna: ${name}`,
      trials.map((_, i) => runs.map((one) => one[i]! - problem.least))
    )
  }
}
process.stdout.write(`${lines.join("\n")}\n`)
