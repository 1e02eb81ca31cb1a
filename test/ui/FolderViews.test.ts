import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { execFileSync } from "node:child_process"
import { appendFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import * as path from "node:path"
import { CheckpointStore } from "../../src/checkpointing/store/CheckpointStore.js"
import * as FileStorage from "../../src/checkpointing/store/FileStorage.js"
import * as FolderLock from "../../src/io/FolderLock.js"
import * as NodePlatform from "../../src/io/NodePlatform.js"
import * as Wav from "../../src/audio/Wav.js"
import type { Line } from "../../src/runlog/Line.js"
import * as RunLog from "../../src/runlog/RunLog.js"
import { sample, temporaryFolder } from "../../src/testing/index.js"
import * as FolderViews from "../../src/ui/FolderViews.js"
import { RunViews } from "../../src/ui/RunViews.js"
import { epoch, opened, step, steps } from "../runlog/sample.js"

const services = Layer.provideMerge(
  Layer.provideMerge(CheckpointStore.file, FileStorage.layer),
  NodePlatform.layer
)

const written = ({ event, global_step, time, ...fields }: Line): string =>
  `${JSON.stringify({ event, time, global_step, ...fields })}\n`

const time = "2026-01-01T00:00:30.000Z"

const started: Line = {
  event: "RunStarted",
  time,
  global_step: 0,
  id: "a",
  folder: "runs/a",
  pipeline: "test",
  backend: "wasm",
  config: {},
  history: [],
  parent: null,
  epochs: 3,
  steps_per_epoch: 10,
  parameters: 100,
  from: null
}

const finished: Line = {
  event: "RunFinished",
  time,
  global_step: 30,
  epoch: 3,
  stopped: null,
  best: { metric: "val_accuracy", value: 0.9, epoch: 2 },
  seconds: 3
}

const logIn = (folder: string, ...lines: ReadonlyArray<Line>): string => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, "events.ndjson"), lines.map(written).join(""))
  return folder
}

const views = <A, E>(root: string, use: (views: RunViews["Type"]) => Effect.Effect<A, E>) =>
  Effect.flatMap(RunViews, use).pipe(Effect.provide(FolderViews.layer(root)))

/** A test of the runs in a new folder, on the files of this machine. */
const inFolder = <A, E>(
  of: (root: string) => Effect.Effect<A, E, FileSystem.FileSystem | CheckpointStore>
) => Effect.flatMap(temporaryFolder, of).pipe(Effect.provide(services))

const saveIn = (folder: string, epochs: ReadonlyArray<number>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const store = yield* CheckpointStore
      const writer = yield* store.open(folder)
      for (const epoch of epochs) {
        const { meta, tensors } = sample(epoch)
        yield* writer.save({ meta, tensors }, "latest")
      }
    })
  )

describe("RunViews.listSoon", () => {
  it.scopedLive("says how many runs are not read yet, until it has all of them", () =>
    inFolder((root) =>
      Effect.gen(function* () {
        const count = 200
        for (let i = 0; i < count; i++) logIn(path.join(root, `run-${i}`), opened(), started)
        yield* views(root, ({ list, listSoon }) =>
          Effect.gen(function* () {
            let answer = yield* listSoon
            while (answer.unread > 0) {
              expect(answer.runs.length + answer.unread).toBe(count)
              yield* Effect.sleep("50 millis")
              answer = yield* listSoon
            }
            expect(answer.runs).toHaveLength(count)
            expect(answer).toEqual(yield* list)
          })
        )
      })
    )
  )

  it.scopedLive("fails where the folder cannot be read", () =>
    inFolder((root) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(
          views(path.join(root, "missing"), ({ listSoon }) => listSoon)
        )
        expect(error._tag).toBe("ApiFailure")
      })
    )
  )
})

describe("RunViews.list", () => {
  it.scopedLive("has each run with a log, wherever below the folder it is", () =>
    inFolder((root) =>
      Effect.gen(function* () {
        logIn(
          path.join(root, "a"),
          opened(null, { config: { training: { batch_size: 32, metrics: ["x"] }, model: null } }),
          started,
          ...steps(1, 10),
          epoch(1, { val_loss: 0.5 }),
          ...steps(11, 14)
        )
        logIn(path.join(root, "deep", "er", "b"), opened(), started, ...steps(1, 30), finished)
        const { runs } = yield* views(root, ({ list }) => list)
        const [a, b] = ["a", "deep/er/b"].map((id) => runs.find((run) => run.id === id)!)
        expect(a).toMatchObject({
          name: "a",
          isNamed: false,
          status: "stopped",
          epoch: 1,
          epochs: 3,
          step: 4,
          steps: 10,
          global_step: 14,
          seconds: 14,
          config: { "training.batch_size": 32, "training.metrics": '["x"]', model: null },
          latest: { loss: 1 / 14, val_loss: 0.5, examples_per_second: 3200 },
          problem: null
        })
        expect(a!.spark).toHaveLength(14)
        expect(b).toMatchObject({
          status: "finished",
          epoch: 2,
          best: { metric: "val_accuracy", value: 0.9, epoch: 2 }
        })
      })
    )
  )

  it.scopedLive("has the best by the metric that the run monitors, also while it trains", () =>
    inFolder((root) =>
      Effect.gen(function* () {
        const best = { metric: "val_accuracy", value: 0.9, epoch: 1 }
        const lines = [
          { ...epoch(1, { val_loss: 0.5, val_accuracy: 0.9 }), is_best: true, best },
          { ...epoch(2, { val_loss: 0.4, val_accuracy: 0.8 }), best }
        ]
        logIn(path.join(root, "a"), opened(), started, ...lines)
        // Finished after two epochs, and then trained on for a third.
        const better = { metric: "val_accuracy", value: 0.95, epoch: 3 }
        const third = { ...epoch(3, { val_accuracy: 0.95 }), is_best: true, best: better }
        logIn(path.join(root, "b"), opened(), started, ...lines, { ...finished, best }, third)
        const { runs } = yield* views(root, ({ list }) => list)
        expect(runs.find(({ id }) => id === "a")!.best).toEqual(best)
        expect(runs.find(({ id }) => id === "b")!.best).toEqual(better)
      })
    )
  )

  it.scopedLive("has the folder itself, where it is one of a run", () =>
    inFolder((root) =>
      Effect.gen(function* () {
        logIn(root, opened())
        const { runs } = yield* views(root, ({ list }) => list)
        expect(runs.map(({ id, name }) => [id, name])).toEqual([[".", path.basename(root)]])
      })
    )
  )

  it.scopedLive("has runs of which there are checkpoints alone", () =>
    inFolder((root) =>
      Effect.gen(function* () {
        yield* saveIn(path.join(root, "old"), [1, 2, 3])
        yield* views(root, ({ list, metrics, run, series }) =>
          Effect.gen(function* () {
            const [old] = (yield* list).runs
            expect(old).toMatchObject({
              id: "old",
              hasLog: false,
              status: "interrupted",
              epoch: 3,
              epochs: 10,
              backend: "wasm",
              best: { metric: "val_loss", value: 0.25, epoch: 3 }
            })
            const { checkpoints, resumeCommand } = yield* run("old")
            expect(checkpoints.map(({ epoch, health }) => [epoch, health])).toEqual([
              [3, "unchecked"],
              [2, "unchecked"]
            ])
            expect(resumeCommand).toBeNull()
            expect((yield* metrics(["old"])).metrics.map(({ name }) => name)).toContain("val_loss")
            const query = { ids: ["old"], metrics: ["val_loss"], x: "epoch", points: 100 } as const
            expect((yield* series(query)).series).toEqual([
              { id: "old", metric: "val_loss", kind: "epoch", x: [3], y: [0.25] }
            ])
          })
        )
      })
    )
  )

  it.scopedLive("has a row that says what is wrong, for what cannot be read", () =>
    inFolder((root) =>
      Effect.gen(function* () {
        const empty = logIn(path.join(root, "empty"))
        const noise = path.join(root, "noise")
        mkdirSync(noise)
        writeFileSync(path.join(noise, "events.ndjson"), Buffer.alloc(5000, 0xff))
        const odd = path.join(root, "odd")
        mkdirSync(odd)
        writeFileSync(
          path.join(odd, "events.ndjson"),
          '{"event":"LogOpened","time":"2026-01-01T00:00:00.000Z","global_step":0,"version":1,"run":7}\n'
        )
        logIn(path.join(root, "newer"), opened(null, { version: 99 }))
        const pipe = path.join(root, "pipe")
        mkdirSync(pipe)
        execFileSync("mkfifo", [path.join(pipe, "events.ndjson")])
        const cut = path.join(root, "cut")
        mkdirSync(cut)
        writeFileSync(path.join(cut, "epoch-0001-step-000000.safetensors"), "short")
        logIn(path.join(root, "good"), opened(), step(1))
        appendFileSync(path.join(root, "good", "events.ndjson"), 'x\n{"event":"St')
        const { runs } = yield* views(root, ({ list, run, series }) =>
          Effect.gen(function* () {
            const all = yield* list
            for (const { id } of all.runs) {
              yield* run(id)
              yield* series({ ids: [id], metrics: ["loss", "rss"], x: "time", points: 10 })
            }
            return all
          })
        )
        const problems = Object.fromEntries(runs.map(({ id, problem }) => [id, problem]))
        expect(Object.keys(problems).sort()).toEqual([
          "cut",
          "empty",
          "good",
          "newer",
          "noise",
          "odd",
          "pipe"
        ])
        expect(empty).toBeDefined()
        for (const [id, problem] of Object.entries(problems)) expect(problem, id).not.toBeNull()
        expect(problems["newer"]).toContain("99")
        expect(problems["good"]).toContain("1 lines")
      })
    )
  )

  it.scopedLive("follows no link out of the folder, and takes any name", () =>
    inFolder((root) =>
      Effect.gen(function* () {
        const outside = logIn(path.join(root, "outside"), opened(), step(1))
        const inside = path.join(root, "inside")
        mkdirSync(inside)
        symlinkSync(outside, path.join(inside, "link"))
        symlinkSync(inside, path.join(inside, "loop"))
        const names = [
          '<img src=x onerror="alert(1)">',
          "a b?id=c&d#e",
          "\u202egnp",
          "x..",
          "名前",
          "%2e%2e"
        ]
        for (const name of names)
          logIn(
            path.join(inside, name),
            opened(null, {
              run: { id: "a", name: `${name}\n`, tags: [name], notes: name, parent: null }
            })
          )
        yield* views(inside, ({ list, run }) =>
          Effect.gen(function* () {
            const { runs } = yield* list
            expect(runs.map(({ id }) => id).sort()).toEqual([...names].sort())
            for (const { id } of runs) expect((yield* run(id)).summary.id).toBe(id)
            for (const id of ["../outside", "link", "./x..", ""]) {
              expect((yield* Effect.flip(run(id))).reason).toBe("NotFound")
            }
          })
        )
      })
    )
  )
})

describe("RunViews.run", () => {
  it.scopedLive("verifies checkpoints when it is asked to, and finds damage", () =>
    inFolder((root) =>
      Effect.gen(function* () {
        const folder = path.join(root, "a")
        yield* saveIn(folder, [1, 2])
        const damaged = path.join(folder, "epoch-0001-step-000000.safetensors")
        const fileSystem = yield* FileSystem.FileSystem
        const bytes = yield* fileSystem.readFile(damaged)
        bytes[bytes.length - 1]! ^= 1
        writeFileSync(damaged, bytes)
        yield* views(root, ({ act, run, verify }) =>
          Effect.gen(function* () {
            const healths = (all: ReadonlyArray<{ readonly health: string }>) =>
              all.map(({ health }) => health)
            expect(healths((yield* run("a")).checkpoints)).toEqual(["unchecked", "unchecked"])
            const name = "epoch-0001-step-000000.safetensors"
            expect(healths(yield* verify({ id: "a", checkpoint: name }))).toEqual([
              "unchecked",
              "damaged"
            ])
            expect(healths(yield* verify({ id: "a" }))).toEqual(["intact", "damaged"])
            expect((yield* run("a")).checkpoints[1]!.problem).toContain("damaged")
            yield* act({ action: "pin", id: "a", checkpoint: "epoch-0002-step-000000.safetensors" })
            expect((yield* run("a")).checkpoints.map(({ pinned }) => pinned)).toEqual([true, false])
            const elsewhere = { action: "pin", id: "a", checkpoint: "../a/latest" } as const
            expect((yield* Effect.flip(act(elsewhere))).reason).toBe("NotFound")
          })
        )
      })
    )
  )

  it.scopedLive("adds up the stages of all processes, and says how to resume", () =>
    inFolder((root) =>
      Effect.gen(function* () {
        const environment = {
          ...opened().environment,
          argv: ["/x/node_modules/.bin/holdfast", "run", "a b.ts", "--resume", "never"]
        }
        const times = (seconds: number): Line => ({
          event: "StageTimes",
          time,
          global_step: 10,
          stages: [{ path: ["epochs", "trainEpoch"], seconds, calls: 1 }]
        })
        logIn(
          path.join(root, "a"),
          opened(null, { environment }),
          started,
          ...steps(1, 10),
          times(1),
          times(2),
          opened(10, { environment }),
          times(4)
        )
        const { processes, resumeCommand, stages } = yield* views(root, ({ run }) => run("a"))
        expect(stages).toEqual([{ path: ["epochs", "trainEpoch"], seconds: 6, calls: 2 }])
        expect(processes.map(({ from }) => from?.global_step ?? null)).toEqual([null, 10])
        expect(resumeCommand).toBe("npx holdfast run 'a b.ts' --resume latest")
      })
    )
  )
})

describe("RunViews.series", () => {
  it.scopedLive("draws what the log draws, downsampled with its peaks", () =>
    inFolder((root) =>
      Effect.gen(function* () {
        const peak = (at: number) => step(at, { loss: at === 777 ? 50 : 1 / at })
        const folder = logIn(path.join(root, "a"), opened(), started, ...steps(1, 2000, peak))
        const log = yield* RunLog.read(folder)
        yield* views(root, ({ series }) =>
          Effect.gen(function* () {
            for (const x of ["step", "epoch", "time"] as const) {
              const query = { ids: ["a"], metrics: ["loss"], x, points: 100 }
              const [found] = (yield* series(query)).series
              const expected = RunLog.series(log, "loss", { x, points: 100 })
              expect(found!.x).toEqual([...expected.x])
              expect(found!.y).toHaveLength(100)
              expect(Math.max(...found!.high!.map(Number))).toBe(50)
            }
            const part = {
              ids: ["a", "gone"],
              metrics: ["loss"],
              x: "step",
              points: 50,
              from: 770,
              to: 780
            } as const
            const [zoomed] = (yield* series(part)).series
            expect(zoomed!.x).toEqual([770, 771, 772, 773, 774, 775, 776, 777, 778, 779, 780])
            const wall = yield* series({ ...part, x: "wall", from: undefined, to: undefined })
            expect(wall.series[0]!.x[0]).toBeCloseTo(Date.UTC(2026, 0, 1) / 1000, -2)
          })
        )
      })
    )
  )
})

describe("RunViews.live", () => {
  it.scopedLive("reports points, and runs that are gone", () =>
    inFolder((root) =>
      Effect.gen(function* () {
        const folder = logIn(path.join(root, "a"), opened(), started, ...steps(1, 3))
        logIn(path.join(root, "b"), opened())
        // This process trains it: it is looked at as soon as a file changes.
        yield* FolderLock.acquire(folder, { force: false })
        yield* views(root, ({ list, live }) =>
          Effect.gen(function* () {
            yield* list
            const events = yield* Effect.fork(
              Stream.runCollect(Stream.takeUntil(live, ({ event }) => event === "points"))
            )
            yield* Effect.sleep("300 millis")
            appendFileSync(path.join(folder, "events.ndjson"), written(step(4)))
            const found = Chunk.toReadonlyArray(yield* Fiber.join(events))
            expect(found.at(-1)).toEqual({ event: "points", data: { id: "a", global_step: 4 } })
            const gone = yield* Effect.fork(
              Stream.runHead(Stream.filter(live, ({ event }) => event === "gone"))
            )
            yield* Effect.sleep("300 millis")
            rmSync(path.join(root, "b"), { recursive: true })
            yield* Effect.sleep("800 millis")
            yield* list
            expect(yield* Fiber.join(gone)).toMatchObject({ value: { data: { id: "b" } } })
          })
        )
      }).pipe(Effect.scoped)
    )
  )
})

describe("RunViews.act", () => {
  it.scopedLive("names and annotates a run, and keeps what is not given", () =>
    inFolder((root) =>
      Effect.gen(function* () {
        logIn(
          path.join(root, "a"),
          opened(null, { run: { id: "a", name: "first", tags: ["x"], notes: null, parent: null } })
        )
        yield* views(root, ({ act }) =>
          Effect.gen(function* () {
            const noted = yield* act({ action: "note", id: "a", notes: " worth a look " })
            expect(noted.summary).toMatchObject({
              name: "first",
              tags: ["x"],
              notes: "worth a look"
            })
            const { summary } = yield* act({ action: "note", id: "a", name: "", tags: ["y", "y "] })
            expect(summary).toMatchObject({ name: "a", isNamed: false, tags: ["y"] })
          })
        )
      })
    )
  )

  it.scopedLive("refuses to save where no process trains the run", () =>
    inFolder((root) =>
      Effect.gen(function* () {
        logIn(path.join(root, "a"), opened())
        yield* views(root, ({ act }) =>
          Effect.gen(function* () {
            const { message, reason } = yield* Effect.flip(act({ action: "save", id: "a" }))
            expect([reason, message]).toEqual(["Conflict", "no process trains this run now"])
          })
        )
      })
    )
  )
})

describe("RunViews.audio", () => {
  it.scopedLive(
    "plays a recording that the run names, in the folder of its data, and no other",
    () =>
      inFolder((root) =>
        Effect.gen(function* () {
          const data = path.join(root, "data")
          mkdirSync(path.join(data, "ada"), { recursive: true })
          const rate = 8000
          const tone = Float32Array.from({ length: 2 * rate }, (_, i) => 0.5 * Math.sin(i / 3))
          writeFileSync(path.join(data, "ada", "1.wav"), Wav.encode(tone, rate))
          writeFileSync(path.join(root, "secret.wav"), Wav.encode(tone, rate))
          writeFileSync(path.join(data, "text.wav"), "no sound")
          symlinkSync(path.join(root, "secret.wav"), path.join(data, "link.wav"))
          const files = ["ada/1.wav", "../secret.wav", "link.wav", "text.wav", "none.wav"]
          const examples = files.map((file, index) => ({
            index,
            name: file,
            path: `${data}/${file}`,
            from: 0.5,
            to: 1.5,
            label: "ada",
            predicted: "grace",
            probability: 0.9,
            label_probability: 0.1,
            loss: 2
          }))
          logIn(path.join(root, "runs"), opened(null, { config: { data: { root: data } } }), {
            event: "MetricDetail",
            time,
            global_step: 10,
            phase: "test",
            epoch: 1,
            metric: "worst_examples",
            value: { split: "test", classes: ["ada", "grace"], examples }
          })
          yield* views(root, ({ audio, examples, spectrogram }) =>
            Effect.gen(function* () {
              const listed = yield* examples("runs", null)
              expect([listed.split, listed.examples.length]).toEqual(["test", 5])
              const query = { id: "runs", split: "test", index: 0 }
              expect((yield* audio(query)).length).toBe(44 + 2 * rate)
              const { frames, mels, seconds, values } = yield* spectrogram(query)
              expect([seconds, values.length]).toEqual([1, frames * mels])
              for (const index of [1, 2, 3, 4, 5]) {
                const { reason } = yield* Effect.flip(audio({ ...query, index }))
                expect(reason, String(index)).toBe("NotFound")
              }
              expect((yield* Effect.flip(audio({ ...query, split: "train" }))).reason).toBe(
                "NotFound"
              )
            })
          )
        })
      )
  )
})
