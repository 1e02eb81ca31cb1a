import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Config } from "holdfast"
import { session } from "holdfast/testing"
import pipeline, { MyConfig } from "../../examples/config-section/pipeline.js"
import { temporaryFolder } from "../support/session.js"
import { configOf, testExample } from "./example.js"

const messages = (events: ReadonlyArray<{ readonly _tag: string }>) =>
  events.flatMap((event) => ("message" in event ? [String(event.message)] : []))

testExample("config-section", pipeline, {
  stopEvery: 7,
  training: { num_epochs: 2 },
  check: ({ events }) => {
    const reports = messages(events).filter((text) => text.includes("the validation loss is"))
    expect(reports.map((text) => text.split(":")[0])).toStrictEqual([
      "epoch 2",
      "epoch 4",
      "epoch 6"
    ])
  }
})

describe("examples/config-section", () => {
  const config = configOf("config-section")

  /** What is reported as changed when the example resumes with these sections instead of its own. */
  const changedBy = (training: Record<string, unknown>, augment = config["augment"]) =>
    Effect.gen(function* () {
      const checkpoint_dir = `${yield* temporaryFolder}/checkpoints`
      const first = { ...config["training"], checkpoint_dir, num_epochs: 1 }
      yield* session(pipeline, { config: { ...config, training: first } })
      const second = { ...first, num_epochs: 2, ...training }
      const { events } = yield* session(pipeline, {
        config: { ...config, augment, training: second },
        resume: "latest"
      })
      expect(events.map(({ _tag }) => _tag)).toContain("RunFinished")
      return events.flatMap((event) =>
        event._tag === "ConfigChanged" ? event.changes.map(({ path }) => path) : []
      )
    })

  it.scopedLive("reports no change of the field that may change", () =>
    Effect.gen(function* () {
      expect(yield* changedBy({ report_every: 5 })).toStrictEqual([])
    })
  )

  it.scopedLive("reports changes of other fields, in its own section too", () =>
    Effect.gen(function* () {
      expect(yield* changedBy({ learning_rate: 0.01 }, { noise: 1 })).toStrictEqual([
        "training.learning_rate",
        "augment.noise"
      ])
    })
  )

  it("has its fields in the JSON Schema", () => {
    expect(Config.jsonSchema(MyConfig)).toMatchObject({
      properties: {
        training: { properties: { report_every: { default: 1 } } },
        augment: { properties: { noise: { minimum: 0, default: 0 } } }
      }
    })
  })
})
