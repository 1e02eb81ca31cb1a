// `npm run bench:direct [rounds] [folder]`: what saves of several sizes gain by being written past the page
// cache (O_DIRECT), in turn with the same saves through the cache; the last also while another process saves
// in the same way. Medians over the rounds, and the medians of the ratios within a round; wall time and
// processor time of this process, system calls included.
import { fork } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { cpus, loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as NodeFileSystem from "../src/io/NodeFileSystem.js"
import { table } from "./checkpoints/figures.js"
import { inTurn, ratio, type Times } from "./checkpoints/turns.js"
import { type Way, saveOf, ways } from "./direct/save.js"
import { median } from "./median.js"

const rounds = Number(process.argv[2] ?? 15)
const folder = mkdtempSync(join(process.argv[3] ?? tmpdir(), "holdfast-"))
const mebibytes = [1, 4, 8, 16, 24, 96]
type WayTimes = Times<Way>

/** Milliseconds of the clock and of the processor that a save takes, by way, round by round. */
const measure = Effect.fnUntraced(function* (size: number, onTurn: (way: Way) => void = () => {}) {
  const processor: Record<Way, Array<number>> = { direct: [], cached: [] }
  const turn = (way: Way) => {
    const save = saveOf(join(folder, `${way}.safetensors`), size, way)
    return Effect.suspend(() => {
      onTurn(way)
      const usage = process.cpuUsage()
      return Effect.tap(save, () => {
        const { system, user } = process.cpuUsage(usage)
        processor[way].push((system + user) / 1000)
      })
    })
  }
  const wall = yield* inTurn(rounds, { direct: turn("direct"), cached: turn("cached") })
  // The first is of the round that does not count.
  const counted = { direct: processor.direct.slice(1), cached: processor.cached.slice(1) }
  return { wall, processor: counted }
})

const row = (what: string, { processor, wall }: { wall: WayTimes; processor: WayTimes }) => [
  what,
  ...[wall, processor].flatMap((times) => [
    ...ways.map((way) => `${median(times[way]).toFixed(0)} ms`),
    ratio(times, "direct", "cached").toFixed(2)
  ])
]

const main = Effect.gen(function* () {
  const rows = []
  for (const size of mebibytes) rows.push(row(`${size} MiB`, yield* measure(size)))
  const size = mebibytes.at(-1)!
  const beside = fork(fileURLToPath(new URL("direct/beside.ts", import.meta.url)), [
    join(folder, "beside.safetensors"),
    `${size}`
  ])
  rows.push(
    row(`${size} MiB, another process saving`, yield* measure(size, (way) => beside.send(way)))
  )
  beside.kill()
  return rows
})

const rows = await Effect.runPromise(
  main.pipe(
    Effect.provide(NodeFileSystem.layer),
    Effect.ensuring(Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
  )
)
console.log(
  `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]!.model.trim()}, ${cpus().length} cores, Node ${process.versions.node}, ${rounds} rounds`
)
console.log(
  table(["", "direct", "cached", "ratio", "direct, processor", "cached, processor", "ratio"], rows)
)
console.log(`load average at the end: ${loadavg()[0]!.toFixed(1)}`)
