import type * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import * as path from "node:path"
import { sweepFile, ticketsFile } from "../../src/checkpointing/FileNames.js"
import { CheckpointStore } from "../../src/checkpointing/store/CheckpointStore.js"
import * as FileStorage from "../../src/checkpointing/store/FileStorage.js"
import * as FolderLock from "../../src/io/FolderLock.js"
import * as NodePlatform from "../../src/io/NodePlatform.js"
import { outcomesFile, trialFolder } from "../../src/sweep/SweepFolder.js"
import { temporaryFolder } from "../../src/testing/index.js"
import * as FolderViews from "../../src/ui/FolderViews.js"
import { RunViews } from "../../src/ui/RunViews.js"
import { writeRun } from "./writtenRuns.js"
import { writeSweep } from "./writtenSweeps.js"

const services = Layer.provideMerge(
  Layer.provideMerge(CheckpointStore.file, FileStorage.layer),
  NodePlatform.layer
)

/** A test of the sweeps that `write` makes in a new folder. */
const inFolder = <A, E>(
  write: (root: string) => void,
  test: (
    views: RunViews["Type"],
    root: string
  ) => Effect.Effect<A, E, FileSystem.FileSystem | Scope.Scope>
) =>
  Effect.gen(function* () {
    const root = yield* temporaryFolder
    write(root)
    return yield* Effect.flatMap(RunViews, (views) => test(views, root)).pipe(
      Effect.provide(FolderViews.layer(root))
    )
  }).pipe(Effect.provide(services))

describe("RunViews.list", () => {
  it.scopedLive("has each sweep, and says of each run whose trial it is", () =>
    inFolder(
      (root) => {
        writeSweep(path.join(root, "sweeps/lr"), { name: "lr", trials: 4 })
        writeRun(path.join(root, "alone"), { name: "alone" })
      },
      (views) =>
        Effect.gen(function* () {
          const { runs, sweeps } = yield* views.list
          expect(sweeps).toMatchObject([
            {
              id: "sweeps/lr",
              name: "lr",
              state: "finished",
              counts: { completed: 4, failed: 0 },
              total: 4,
              epochs: 12,
              metric: "val_loss",
              problem: null
            }
          ])
          expect(Object.fromEntries(runs.map(({ id, sweep }) => [id, sweep]))).toEqual({
            alone: null,
            "sweeps/lr/trial-0000": "sweeps/lr",
            "sweeps/lr/trial-0001": "sweeps/lr",
            "sweeps/lr/trial-0002": "sweeps/lr",
            "sweeps/lr/trial-0003": "sweeps/lr"
          })
        })
    )
  )
})

describe("RunViews.sweep", () => {
  it.scopedLive("has the trials, with their runs, states and values", () =>
    inFolder(
      (root) =>
        writeSweep(root, {
          name: "lr",
          trials: 5,
          epochs: 6,
          until: (trial) => (trial === 1 ? 2 : 6),
          fails: (trial) => trial === 2,
          outcomes: 4
        }),
      (views) =>
        Effect.gen(function* () {
          const { parameters, summary, trials } = yield* views.sweep(".")
          expect(parameters.map(({ path }) => path)).toEqual([
            "model.units",
            "training.learning_rate",
            "training.optimizer.name"
          ])
          expect(trials.map(({ run, state }) => [run, state])).toEqual([
            ["trial-0000", "completed"],
            ["trial-0001", "paused"],
            ["trial-0002", "failed"],
            ["trial-0003", "completed"],
            ["trial-0004", "waiting"]
          ])
          expect(trials[1]).toMatchObject({ epoch: 2, epochs: 6, at: [1, 2] })
          expect(trials[2]).toMatchObject({ error: "the loss is NaN at epoch 2" })
          expect(summary.state).toBe("stopped")
          expect(summary.best?.value).toBe(
            Math.min(...[0, 3].map((trial) => trials[trial]!.value!))
          )
        })
    )
  )

  it.scopedLive("has what a trial that trains has reached, and that somebody trains it", () =>
    inFolder(
      (root) => {
        writeSweep(root, { name: "lr", trials: 2, outcomes: 1 })
        writeRun(trialFolder(root, 1), { name: "lr-1", epochs: 2, scale: 0.001 })
      },
      (views, root) =>
        Effect.gen(function* () {
          yield* FolderLock.acquire(trialFolder(root, 1), { force: false })
          const { summary, trials } = yield* views.sweep(".")
          expect(trials[1]).toMatchObject({ state: "running", epoch: 2, at: [1, 2] })
          expect(trials[1]!.worker).toMatch(/:\d+$/)
          expect(summary).toMatchObject({ state: "running", best: { trial: 1 } })
        })
    )
  )

  it.scopedLive("says that there is no such sweep", () =>
    inFolder(
      () => undefined,
      (views) =>
        Effect.gen(function* () {
          for (const id of ["none", "../..", "/etc"]) {
            expect(yield* Effect.flip(views.sweep(id))).toMatchObject({ reason: "NotFound" })
          }
        })
    )
  )

  it.scopedLive(
    "leaves out lines that are half-written or damaged, names the latter, and shows the rest",
    () =>
      inFolder(
        (root) => {
          writeSweep(root, { name: "lr", trials: 3 })
          const outcomes = path.join(root, outcomesFile)
          const lines = readFileSync(outcomes, "utf8").split("\n")
          lines[1] = `{"ticket": "<script>", "status": 7}`
          writeFileSync(outcomes, lines.join("\n"))
          appendFileSync(outcomes, `{"ticket": 2, "sta`)
        },
        (views) =>
          Effect.gen(function* () {
            const { summary, trials } = yield* views.sweep(".")
            expect(summary.problem).toMatch(/outcomes\.ndjson: line 2 cannot be read/)
            expect(trials.map(({ state }) => state)).toEqual(["completed", "waiting", "completed"])
          })
      )
  )

  it.scopedLive("is a row that says why, of files that no sweep has written", () =>
    inFolder(
      (root) => {
        const texts = ["", "{", "[]", `{"version": 2}`, "\u0000".repeat(100), "null"]
        texts.forEach((text, i) => {
          mkdirSync(path.join(root, String(i)))
          writeFileSync(path.join(root, String(i), sweepFile), text)
          writeFileSync(path.join(root, String(i), ticketsFile), "")
        })
        writeSweep(path.join(root, "folder"), { name: "lr", trials: 1 })
        rmSync(path.join(root, "folder", outcomesFile))
        mkdirSync(path.join(root, "folder", outcomesFile))
        // A user's own file of a sweep, beside a project's runs.
        writeFileSync(path.join(root, sweepFile), "{}")
      },
      (views) =>
        Effect.gen(function* () {
          const { sweeps } = yield* views.list
          expect(sweeps.map(({ id }) => id)).toEqual(["0", "1", "2", "3", "4", "5", "folder"])
          for (const { problem, state } of sweeps) {
            expect(problem).not.toBe(null)
            expect(state).toBe("stopped")
          }
        })
    )
  )
})

describe("RunViews.live", () => {
  it.scopedLive("reports sweeps that change, and that are gone", () =>
    inFolder(
      (root) => writeSweep(path.join(root, "a"), { name: "lr", trials: 3, outcomes: 2 }),
      (views, root) =>
        Effect.gen(function* () {
          yield* views.list
          const events: Array<Stream.Stream.Success<typeof views.live>> = []
          const seen = yield* Stream.filter(views.live, ({ event }) =>
            event.startsWith("sweep")
          ).pipe(
            Stream.takeUntil(({ event }) => event === "sweepGone"),
            Stream.runForEach((event) => Effect.sync(() => events.push(event))),
            Effect.fork
          )
          yield* Effect.sleep("100 millis")
          appendFileSync(
            path.join(root, "a", outcomesFile),
            `${JSON.stringify({ ticket: 2, status: "completed", values: [{ epoch: 3, value: 0.01 }] })}\n`
          )
          while (events.length === 0) yield* Effect.sleep("50 millis")
          rmSync(path.join(root, "a"), { recursive: true })
          yield* views.list
          yield* Fiber.join(seen)
          // Whoever looks while the folder is being removed may find half of it.
          expect([events[0], events.at(-1)]).toMatchObject([
            {
              event: "sweep",
              data: { id: "a", state: "finished", best: { trial: 2, value: 0.01 } }
            },
            { event: "sweepGone", data: { id: "a" } }
          ])
        })
    )
  )
})
