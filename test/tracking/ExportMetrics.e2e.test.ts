import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { existsSync, readFileSync } from "node:fs"
import { csv, run } from "../../src/cli/commands/ExportedMetrics.js"
import { Output } from "../../src/terminal/Output.js"
import * as NodePlatform from "../../src/io/NodePlatform.js"
import * as EventFile from "../../src/tracking/tensorboard/EventFile.js"
import { filesIn } from "../../src/tracking/tensorboard/EventWriter.js"
import { session, temporaryFolder } from "../support/session.js"

const given = {
  steps: false,
  output: Option.none<string>(),
  tensorboard: Option.none<string>(),
  force: false,
  json: false
}

/** What the command prints. */
const printed = (options: Parameters<typeof run>[0]) => {
  const texts: Array<string> = []
  return run(options).pipe(
    Effect.provideService(Output, {
      out: (text: string) => Effect.sync(() => void texts.push(text))
    } as never),
    Effect.provide(NodePlatform.layer),
    Effect.map(() => texts.join(""))
  )
}

describe("csv", () => {
  it("has a column for each name, quotes what has commas, and leaves missing cells empty", () => {
    expect(
      csv([
        { a: 1, "b,c": NaN },
        { a: 0.5, d: 'say "x"' }
      ])
    ).toBe('a,"b,c",d\n1,NaN,\n0.5,,"say ""x"""\n')
    expect(csv([])).toBe("\n")
  })
})

describe("export-metrics", () => {
  it.scopedLive("writes the epochs and the steps of a log, and event files", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* session({ folder, log: true, training: { num_epochs: 2 } })
      const checkpoints = `${folder}/checkpoints`
      const epochs = (yield* printed({ ...given, run: checkpoints })).trim().split("\n")
      expect(epochs).toHaveLength(3)
      expect(epochs[0]).toMatch(/^epoch,global_step,time,.*train_loss.*val_loss/)
      expect(epochs[2]).toMatch(/^2,8,20/)
      const steps = JSON.parse(
        yield* printed({ ...given, run: checkpoints, steps: true, json: true })
      ) as ReadonlyArray<{ readonly global_step: number; readonly loss: number }>
      expect(steps.map(({ global_step }) => global_step)).toStrictEqual([1, 2, 3, 4, 5, 6, 7, 8])
      expect(steps[0]!.loss).toBeGreaterThan(0)

      const file = `${folder}/metrics.csv`
      const output = Option.some(file)
      yield* printed({ ...given, run: checkpoints, output })
      expect(readFileSync(file, "utf8").trim().split("\n")).toStrictEqual(epochs)
      const again = yield* Effect.flip(printed({ ...given, run: checkpoints, output }))
      expect(again.message).toContain("--force")
      yield* printed({ ...given, run: checkpoints, output, force: true })

      const logs = `${folder}/logs`
      const tensorboard = Option.some(logs)
      yield* printed({ ...given, run: checkpoints, tensorboard })
      const [name] = yield* Effect.provide(filesIn(logs), NodePlatform.layer)
      const points: Array<string> = []
      EventFile.visit(readFileSync(`${logs}/${name}`), (step, tags) =>
        points.push(...(tags ?? []).map((tag) => `${step} ${tag}`))
      )
      expect(points).toContain("8 step/loss")
      expect(points).toContain("4 metrics/val_loss")
      expect(points).toContain("8 metrics/test_loss")
      const twice = yield* Effect.flip(printed({ ...given, run: checkpoints, tensorboard }))
      expect(twice.message).toContain("another folder")
    })
  )

  it.scopedLive("names the log that is not there", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const error = yield* Effect.flip(printed({ ...given, run: `${folder}/none` }))
      expect(error.message).toContain("events.ndjson")
      expect(existsSync(`${folder}/none`)).toBe(false)
    })
  )
})
