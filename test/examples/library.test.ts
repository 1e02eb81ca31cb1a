import { afterAll, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Pipeline } from "holdfast"
import { temporaryFolder } from "holdfast/testing"
import { csv } from "../../examples/observer/csv.js"
import { pipeline as training } from "../../examples/observer/pipeline.js"
import { Messenger, pipeline as announcing } from "../../examples/own-service/pipeline.js"
import { program } from "../../examples/programmatic/program.js"
// Its tests are tests here.
import "../../examples/testing/training.test.js"
import { testExample } from "./example.js"

describe("examples/programmatic", () => {
  it.scopedLive("trains in two sittings and reads its checkpoints", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const result = yield* program(folder)
      expect(result.metrics["accuracy"]).toBeGreaterThan(0.5)
      expect(result.weights.length).toBeGreaterThan(0)
      expect(existsSync(result.latest)).toBe(true)
    })
  )
})

const folder = mkdtempSync(join(tmpdir(), "holdfast-"))
const metrics = join(folder, "metrics.csv")
afterAll(() => rmSync(folder, { recursive: true }))

testExample("observer", Pipeline.observe(training, csv(metrics)), {
  stopEvery: 7,
  training: { num_epochs: 2 },
  check: ({ events }) => {
    const [header, ...lines] = readFileSync(metrics, "utf8").trim().split("\n")
    expect(header).toBe("epoch,train_loss,val_loss,certainty")
    const records = events.flatMap((event) => (event._tag === "EpochFinished" ? [event] : []))
    expect(lines.length).toBe(records.length)
    for (const [i, line] of lines.entries()) {
      const [epoch, loss, , certainty] = line.split(",").map(Number)
      expect(epoch).toBe(i + 1)
      expect(certainty).toBeCloseTo(Math.exp(-loss!))
    }
  }
})

const sent: Array<string> = []
const recording = Layer.succeed(Messenger, {
  send: (text) => Effect.sync(() => void sent.push(text))
})

testExample("own-service", Pipeline.provide(announcing, recording), {
  stopEvery: 7,
  training: { num_epochs: 2 },
  check: ({ events }) => {
    expect(sent).toEqual([expect.stringMatching(/^the model is trained: test loss \d/)])
    expect(events).toContainEqual(expect.objectContaining({ message: "the message is sent" }))
  }
})
