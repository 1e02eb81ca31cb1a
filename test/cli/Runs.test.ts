import { describe, expect, it } from "@effect/vitest"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import { compare } from "../../src/cli/commands/Compare.js"
import { plot } from "../../src/cli/commands/Plot.js"
import { report } from "../../src/cli/commands/Report.js"
import { runs } from "../../src/cli/commands/Runs.js"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import type { Line } from "../../src/runlog/Line.js"
import { temporaryFolder } from "../../src/testing/TemporaryFolder.js"
import { epoch, opened, steps } from "../runlog/sample.js"
import { printed } from "./command.js"

const lines = (rate: number): ReadonlyArray<Line> => [
  opened(null, { config: { training: { learning_rate: rate, num_epochs: 9 } } }),
  ...steps(1, 10),
  epoch(1, { val_loss: rate / 2 }),
  ...steps(11, 20),
  epoch(2, { val_loss: rate / 4 }),
  ...steps(21, 25)
]

/** A folder with two runs that a kill has ended, one of them in the middle of a line, and a third that is none. */
const folder = Effect.gen(function* () {
  const fileSystem = yield* FileSystem.FileSystem
  const root = yield* temporaryFolder
  const logs = {
    slow: `${lines(0.1)
      .map((line) => JSON.stringify(line))
      .join("\n")}\n{"event":"Step","time":"20`,
    fast: lines(0.2)
      .map((line) => `${JSON.stringify(line)}\n`)
      .join(""),
    broken: "no log\n"
  }
  for (const [name, text] of Object.entries(logs)) {
    yield* fileSystem.makeDirectory(`${root}/${name}`)
    yield* fileSystem.writeFileString(`${root}/${name}/events.ndjson`, text)
  }
  return root
}).pipe(Effect.provide(NodeFileSystem.layer))

const messageOf = ({ error }: { readonly error: unknown }) =>
  (error as { readonly message: string }).message

describe("holdfast runs", () => {
  it.scoped("lists runs by their logs, in order, with what is wrong with one", () =>
    Effect.gen(function* () {
      const root = yield* folder
      const { error, text } = yield* printed(runs, [root, "--sort", "name", "--diff"])
      expect(error).toBe(null)
      const rows = text.split("\n")
      expect(rows[0]).toMatch(
        /^run +status +epoch +training\.learning_rate +training\.num_epochs +folder$/
      )
      expect(rows[2]).toMatch(/^broken +stopped \(!\)/)
      expect(rows[3]).toMatch(/^fast +stopped +2\/9 \+5 .* 0\.2 /)
      expect(rows[4]).toMatch(/^slow +stopped +2\/9 \+5 .* 0\.1 /)
      expect(text).toMatch(/\nbroken: .*events\.ndjson is not the log of a run/)
    })
  )

  it.scoped("prints the selected ones as JSON", () =>
    Effect.gen(function* () {
      const where = ["--where", "val_loss<0.05", "--json"]
      const { text } = yield* printed(runs, [yield* folder, ...where])
      const found = JSON.parse(text) as ReadonlyArray<Record<string, unknown>>
      expect(found).toHaveLength(1)
      expect(found[0]).toMatchObject({ id: "slow", status: "stopped", epoch: 2, global_step: 25 })
    })
  )

  it.scoped("names what is missing", () =>
    Effect.gen(function* () {
      const root = yield* folder
      const failure = (words: ReadonlyArray<string>) => Effect.map(printed(runs, words), messageOf)
      expect(yield* failure([`${root}/slo`])).toContain(`did you mean ${root}/slow?`)
      expect(yield* failure([root, "--where", "learning_rte=1"])).toContain(
        "did you mean learning_rate?"
      )
      expect(yield* failure([root, "--where", "fast"])).toContain("--where is fast")
      expect(yield* failure([root, "--status", "done"])).toContain("choose one of running")
      yield* Effect.provide(
        Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeDirectory(`${root}/slow/empty`)),
        NodeFileSystem.layer
      )
      const { text } = yield* printed(runs, [`${root}/slow/empty`])
      expect(text).toContain("there are no runs in")
    })
  )
})

describe("holdfast plot", () => {
  it.scoped("draws the losses of a run, and what they have come to", () =>
    Effect.gen(function* () {
      const root = yield* folder
      const { error, text } = yield* printed(plot, [`${root}/slow`, "--rows", "6", "--log"])
      expect(error).toBe(null)
      expect(text).toContain("loss, val_loss by step\n")
      expect(text).toMatch(/\nloss +0\.04 +0\.04 +1\n/)
      expect(text).toMatch(/\nval_loss +0\.025 +0\.025 +0\.05\n/)
    })
  )

  it.scoped("prints the points of several runs as JSON", () =>
    Effect.gen(function* () {
      const root = yield* folder
      const words = [
        `${root}/slow`,
        "val_loss",
        "--compare",
        `${root}/fast`,
        "--x",
        "epoch",
        "--json"
      ]
      const { text } = yield* printed(plot, words)
      expect(JSON.parse(text)).toMatchObject({
        x: "epoch",
        curves: [
          { run: "slow", folder: `${root}/slow`, metric: "val_loss", x: [1, 2], y: [0.05, 0.025] },
          { run: "fast", y: [0.1, 0.05] }
        ]
      })
    })
  )

  it.scoped("names the nearest metric, and the runs of a folder that is none", () =>
    Effect.gen(function* () {
      const root = yield* folder
      const failure = (...words: ReadonlyArray<string>) =>
        Effect.map(printed(plot, words), messageOf)
      expect(yield* failure(`${root}/slow`, "val_lss")).toContain("did you mean val_loss?")
      expect(yield* failure(root)).toContain(`is more than one run; name one of these folders: `)
      expect(yield* failure(`${root}/slow/events.ndjson`)).toContain("name the folder of the run")
      expect(yield* failure(`${root}/broken`)).toContain("nothing is recorded of broken yet")
      expect(yield* failure(`${root}/slow`, "--smooth", "1")).toContain("from 0 to 0.99")
    })
  )
})

describe("holdfast compare", () => {
  it.scoped("shows the fields in which runs differ, and the curves of both", () =>
    Effect.gen(function* () {
      const root = yield* folder
      const { error, text } = yield* printed(compare, [`${root}/slow`, `${root}/fast`])
      expect(error).toBe(null)
      expect(text).toMatch(/\ntraining\.learning_rate +0\.1 +0\.2\n/)
      expect(text).toMatch(/\nval_loss +0\.025 +0\.05 +\+0\.025\n/)
      expect(text).toContain("val_loss by epoch")
      expect(text).toContain("there are no checkpoints")
    })
  )
})

describe("holdfast report", () => {
  it.scoped("replaces no file unasked", () =>
    Effect.gen(function* () {
      const root = yield* folder
      const target = `${root}/broken/events.ndjson`
      const { error } = yield* printed(report, [`${root}/slow`, "-o", target])
      expect(String(error)).toContain("exists; name another file with -o")
    })
  )
})
