/**
 * Search algorithms beside Optuna's: how far the best of 30, 60 and 120 trials is from the least value, as
 * medians over seeds. `npm run bench:search`; needs a Python with `optuna` (HOLDFAST_PYTHON), or shows
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
const line = (function_: string, name: string, medians: ReadonlyArray<number>) =>
  lines.push(`| ${function_} | ${name} | ${medians.map((m) => m.toPrecision(3)).join(" | ")} |`)

for (const problem of problems) {
  for (const [name, search] of Object.entries(ours)) {
    const curves = Array.from({ length: seeds }, (_, seed) =>
      curve(problem, search, { seed, parallel, trials: trials.at(-1)! })
    )
    line(
      problem.name,
      name,
      trials.map((n) => median(curves.map((one) => one[n - 1]! - problem.least)))
    )
  }
  for (const [name, runs] of Object.entries(peer?.results[problem.name] ?? {})) {
    line(
      problem.name,
      `Optuna: ${name}`,
      trials.map((_, i) => median(runs.map((one) => one[i]! - problem.least)))
    )
  }
}
process.stdout.write(`${lines.join("\n")}\n`)
