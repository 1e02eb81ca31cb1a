// `npm run bench:direct [rounds] [folder]`: what a save of 96 MiB gains by writing past the page cache
// (O_DIRECT), in turn with the same save through the cache. Medians over the rounds, and the median of
// the ratios within a round; wall time and processor time of this process, system calls included.
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync } from "node:fs"
import { cpus, loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import type { Checkpoint } from "holdfast"
import * as CheckpointFile from "../test/support/checkpointFile.js"
import { Direct } from "../src/io/directWrite.js"
import { sampleMeta } from "../test/checkpointing/sample.js"
import { table } from "./checkpoints/figures.js"
import { inTurn, ratio, type Times } from "./checkpoints/turns.js"
import { median } from "./median.js"

const rounds = Number(process.argv[2] ?? 25)
const folder = mkdtempSync(join(process.argv[3] ?? tmpdir(), "holdfast-"))

const tensors = new Map(
  Array.from({ length: 12 }, (_, i): [string, Checkpoint.CheckpointTensor] => {
    const values = Float32Array.from({ length: 1 << 21 }, (_, j) => Math.sin(i + j))
    const bytes = new Uint8Array(values.buffer)
    return [
      `model_state_dict.${i}`,
      { dtype: "F32", shape: [values.length], bytes: Effect.succeed(bytes), view: () => bytes }
    ]
  })
)
const checkpoint: Checkpoint.Checkpoint = { meta: sampleMeta(1), tensors }

const processor = new Map<string, Array<number>>()

/** Milliseconds that a save takes; the file is removed afterwards. */
const save = (name: string) =>
  Effect.gen(function* () {
    const path = join(folder, `${name}.safetensors`)
    const usage = process.cpuUsage()
    const started = performance.now()
    yield* CheckpointFile.write(path, checkpoint)
    const milliseconds = performance.now() - started
    const { system, user } = process.cpuUsage(usage)
    processor.set(name, [...(processor.get(name) ?? []), (system + user) / 1000])
    rmSync(path)
    return milliseconds
  })

const cached = Effect.provideService(save("cached"), Direct, {
  least: Infinity,
  open: () => Effect.succeedNone
})

const wall = await Effect.runPromise(
  inTurn(rounds, { direct: save("direct"), cached }).pipe(
    Effect.provide(NodeFileSystem.layer),
    Effect.ensuring(Effect.sync(() => rmSync(folder, { recursive: true })))
  )
)
// The first of each is the round that does not count.
const used: Times<"direct" | "cached"> = {
  direct: processor.get("direct")!.slice(1),
  cached: processor.get("cached")!.slice(1)
}
const row = (what: string, times: Times<"direct" | "cached">) => [
  what,
  `${median(times.direct).toFixed(0)} ms`,
  `${median(times.cached).toFixed(0)} ms`,
  ratio(times, "direct", "cached").toFixed(2)
]
console.log(
  `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]!.model.trim()}, ${cpus().length} cores, Node ${process.versions.node}, ${rounds} rounds`
)
console.log(
  table(
    ["96 MiB", "direct", "cached", "direct / cached"],
    [row("wall time", wall), row("processor time", used)]
  )
)
console.log(`load average at the end: ${loadavg()[0]!.toFixed(1)}`)
