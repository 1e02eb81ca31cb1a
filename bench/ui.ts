// `npm run bench:ui [runs] [steps]`: how long `holdfast ui` takes to list runs, to draw their first curves, and to
// zoom, and the memory of its server. The runs are invented (bench/ui/makeRuns.ts), and kept in a temporary folder
// for the next time; each round starts a new server. Beside the times stands the CPU time of the server, which says
// more where a machine is busy with other things.
import { spawn } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { cpus, loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { median } from "./median.js"
import { writeRun } from "./ui/makeRuns.js"

const runs = Number(process.argv[2] ?? 100)
const steps = Number(process.argv[3] ?? 1_000_000)
const rounds = 3
const bin = fileURLToPath(new URL("../dist/cli/bin.js", import.meta.url))
const folder = join(tmpdir(), `holdfast-bench-ui-${runs}-${steps}`)

let bytes = 0
for (let run = 0; run < runs; run++) {
  const name = join(folder, `run-${String(run).padStart(4, "0")}`)
  if (!existsSync(join(name, "events.ndjson"))) writeRun(name, run, steps, false)
  bytes += readFileSync(join(name, "events.ndjson")).length
}
console.log(`${runs} runs of ${steps} steps, ${(bytes / 1e6).toFixed(0)} MB of logs`)
console.log(`${cpus()[0]?.model}, ${cpus().length} cores, load ${loadavg()[0]!.toFixed(1)}`)

const times = new Map<string, Array<number>>()
const cpuTimes = new Map<string, Array<number>>()
const memory: Array<number> = []

/** Milliseconds of CPU that a process has used; the clock of Linux ticks every 10. */
const cpuOf = (pid: number | undefined): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ")
  return 10 * (Number(fields[11]) + Number(fields[12]))
}

/** One server, asked as a page asks. */
const round = async () => {
  const begun = performance.now()
  const child = spawn(process.execPath, [bin, "ui", folder, "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"]
  })
  const url = await new Promise<URL>((resolve) => {
    let text = ""
    child.stdout.on("data", (part) => {
      text += String(part)
      const found = /http:\S+/.exec(text)?.[0]
      if (found !== undefined) resolve(new URL(found))
    })
  })
  let used = 0
  const note = (what: string, since: number) => {
    times.set(what, [...(times.get(what) ?? []), performance.now() - since])
    const now = cpuOf(child.pid)
    cpuTimes.set(what, [...(cpuTimes.get(what) ?? []), now - used])
    used = now
  }
  note("start of the server", begun)
  const headers = { authorization: `Bearer ${url.searchParams.get("token")}` }
  const ask = async (what: string, path: string) => {
    const since = performance.now()
    const response = await fetch(url.origin + path, { headers })
    const body: unknown = await response.json()
    note(what, since)
    return body
  }
  // A browser takes a moment to open, in which the server looks at the runs.
  await new Promise((resolve) => setTimeout(resolve, 1000))
  type List = {
    readonly runs: ReadonlyArray<{ readonly id: string }>
    readonly unread: number
  }
  let list = (await ask("first list", "/api/runs")) as List
  const since = performance.now()
  while (list.unread > 0) {
    await new Promise((resolve) => setTimeout(resolve, 500))
    const response = await fetch(`${url.origin}/api/runs`, { headers })
    list = (await response.json()) as List
  }
  note("all runs in the list", since)
  const ids = list.runs.map(({ id }) => `id=${encodeURIComponent(id)}`)
  const curves = (count: number, rest: string) =>
    `/api/series?${ids.slice(0, count).join("&")}&points=600&metric=${rest}`
  await ask("first curves of 8 runs", curves(8, "loss"))
  await ask("another metric of 8 runs", curves(8, "gradient_norm"))
  await ask("zoom, 8 runs", curves(8, `loss&from=${0.4 * steps}&to=${0.5 * steps}`))
  await ask("curves of an epoch's metric, all runs", curves(runs, "val_loss"))
  await ask("first curves of all runs", curves(runs, "loss"))
  await ask("zoom, all runs", curves(runs, `loss&from=${0.4 * steps}&to=${0.5 * steps}`))
  await ask("a run", `/api/run?${ids[0]}`)
  await ask("list again", "/api/runs")
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8")
  memory.push(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024)
  const ended = new Promise((resolve) => child.on("exit", resolve))
  child.kill("SIGINT")
  await ended
}

for (let i = 0; i < rounds; i++) await round()
for (const [what, all] of times) {
  const [low, high] = [Math.min(...all), Math.max(...all)].map((time) => time.toFixed(0))
  const cpu = median(cpuTimes.get(what)!)
  console.log(
    `${what.padEnd(40)} ${median(all).toFixed(0).padStart(6)} ms  (${low} to ${high}), CPU ${cpu} ms`
  )
}
console.log(
  `${"memory of the server, at most".padEnd(40)} ${median(memory).toFixed(0).padStart(6)} MB`
)
