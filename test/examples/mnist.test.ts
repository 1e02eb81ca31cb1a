import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { session } from "holdfast/testing"
import { digits } from "../../examples/mnist/digits.js"
import pipeline from "../../examples/mnist/pipeline.js"
import { configOf, evaluated, testExample } from "./example.js"

const few = { train: 192, validation: 32, test: 64 }

testExample("mnist", pipeline, {
  stopEvery: 5,
  everywhere: { num_epochs: 4, batch_size: 16, learning_rate: 0.01 },
  training: { num_epochs: 1 },
  data: few,
  check: (outcome) => {
    expect(evaluated(outcome)["accuracy"]).toBeGreaterThan(0.5)
  }
})

describe("digits", () => {
  it.effect("gives each image with its label, of the digits that are asked for alone", () =>
    Effect.gen(function* () {
      const all = yield* digits({ train: 5, validation: 1, test: 2 })
      expect([...all.train.y, ...all.validation.y]).toStrictEqual([5, 0, 4, 1, 9, 2])
      expect([...all.test.y]).toStrictEqual([7, 2])
      const some = yield* digits({ train: 2, validation: 1, test: 1 }, [9, 4])
      expect([...some.train.y, ...some.validation.y]).toStrictEqual([1, 0, 1])
      const third = all.train.x.data.subarray(2 * 784, 3 * 784)
      expect(some.train.x.data.subarray(0, 784)).toStrictEqual(third)
    })
  )

  it.scopedLive("says how many there are where the config asks for more", () =>
    Effect.gen(function* () {
      const own = configOf("mnist")
      const config = { ...own, data: { ...own["data"], train: 60_000 } }
      const { exit } = yield* session(pipeline, { config })
      expect(exit).toMatchObject({
        cause: { error: { detail: "asks for 65000 digits, where there are 60000" } }
      })
    })
  )
})
