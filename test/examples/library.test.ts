import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { existsSync, readFileSync, rmSync } from "node:fs"
import { Pipeline } from "holdfast"
import { temporaryFolder } from "holdfast/testing"
import observed from "../../examples/observer/pipeline.js"
import { Messenger, pipeline as announcing } from "../../examples/own-service/pipeline.js"
import { program } from "../../examples/programmatic/program.js"
// Its tests are tests here.
import "../../examples/testing/training.test.js"
import { testExample } from "./example.js"
import * as Layer from "effect/Layer"

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

testExample("observer", observed, {
  stopEvery: 7,
  training: { num_epochs: 2 },
  check: ({ events }) => {
    const [header, ...lines] = readFileSync("metrics.csv", "utf8").trim().split("\n")
    rmSync("metrics.csv")
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
    expect(sent).toEqual([expect.stringMatching(/^the model is trained: loss \d/)])
    expect(events).toContainEqual(expect.objectContaining({ message: "the message is sent" }))
  }
})
