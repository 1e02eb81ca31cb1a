/** Tests of the pipeline: a short run, and the same run interrupted at different moments and resumed. */
import * as Effect from "effect/Effect"
import { checkExactness } from "holdfast/testing"
import { describe, expect, it } from "vitest"
import config from "../examples/regression/config.json" with { type: "json" }
import pipeline from "../examples/regression/pipeline.js"

const { training } = config
const short = {
  ...config,
  training: { ...training, num_epochs: 2 }
}

describe("the pipeline", { timeout: 300_000 }, () => {
  it("ends the same, to the bit, wherever it is interrupted", async () => {
    const { different, stops } = await Effect.runPromise(
      checkExactness(pipeline, {
        config: short,
        folder: training.checkpoint_dir,
        stopEvery: 12
      })
    )
    expect(stops.length).toBeGreaterThan(0)
    expect(different).toEqual([])
  })
})
