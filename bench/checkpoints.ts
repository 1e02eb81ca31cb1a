// `npm run bench:checkpoints [rounds] [folder]`: the checkpoint store against raw file operations on
// the same bytes, in turn within each round, in a folder of its own in `folder` (by default the
// system's for temporary files: make sure that it is on a disk). Medians over the rounds are printed,
// and medians of the ratios within a round. Memory is measured as Linux tells it.
import * as NodeFileSystem from "../src/io/NodeFileSystem.js"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { mkdtempSync, rmSync } from "node:fs"
import { cpus, loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { CheckpointStore, type Run } from "holdfast"
import { Backend } from "../src/backends/Backend.js"
import * as FileStorage from "../src/checkpointing/store/FileStorage.js"
import { figuresTable } from "./checkpoints/figures.js"
import * as Files from "./checkpoints/files.js"
import { large, makeRun, small, tiny } from "./checkpoints/run.js"
import * as Scan from "./checkpoints/scan.js"
import * as WhileTraining from "./checkpoints/whileTraining.js"

const rounds = Number(process.argv[2] ?? 15)
const folder = mkdtempSync(join(process.argv[3] ?? tmpdir(), "holdfast-"))

const withRun = <A, E, R>(
  widths: ReadonlyArray<number>,
  use: (run: Run.Run) => Effect.Effect<A, E, R>
) =>
  Effect.scoped(
    Effect.flatMap(
      makeRun(widths, () => Effect.die("these runs are saved by hand")),
      use
    )
  )

const main = Effect.gen(function* () {
  const training = WhileTraining.figures(join(folder, "training"))
  const { figures, peers } = yield* withRun(large, (run) =>
    Files.large(run, join(folder, "large"), rounds)
  )
  const little = yield* withRun(small, (run) => Files.small(run, join(folder, "small"), rounds))
  const many = yield* withRun(tiny, (run) => Scan.figures(run, join(folder, "many"), rounds))
  console.log(figuresTable([...figures, little, ...many, ...training]))
  console.log(`\n${peers}`)
})

console.log(
  `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]!.model.trim()}, ${cpus().length} cores, Node ${process.versions.node}, ${rounds} rounds`
)
console.log(`load average at the beginning: ${loadavg()[0]!.toFixed(1)}\n`)
await Effect.runPromise(
  main.pipe(
    Effect.provide(
      Layer.mergeAll(CheckpointStore.file, FileStorage.layer, Backend.layer("wasm")).pipe(
        Layer.provideMerge(NodeFileSystem.layer)
      )
    ),
    Effect.ensuring(Effect.sync(() => rmSync(folder, { recursive: true })))
  )
)
console.log(`\nload average at the end: ${loadavg()[0]!.toFixed(1)}`)
