import { describe, expect, it } from "@effect/vitest"
import { Diverged } from "../../src/training/Diverged.js"
import * as DivergencePolicy from "../../src/training/DivergencePolicy.js"

const limit = 1e19
const stop = { name: "stop", limit } as const
const skip = { name: "skip", max_skips: 2, limit } as const
const restore = { name: "restore", factor: 0.5, max_restores: 2, limit } as const

describe("DivergencePolicy", () => {
  it.each([
    [0, false],
    [-3, false],
    [1e19, false],
    [4.66e36, true],
    [-4.66e36, true],
    [Infinity, true],
    [-Infinity, true],
    [NaN, true]
  ])("%d is beyond the limit: %s", (value, expected) => {
    expect(DivergencePolicy.isBeyond(value, limit)).toBe(expected)
    expect(DivergencePolicy.isBeyond(value, DivergencePolicy.limitOf({ name: "ignore" }))).toBe(
      false
    )
  })

  it("skips max_skips steps in a row, then stops", () => {
    const once = DivergencePolicy.skipped(null, 16)
    const twice = DivergencePolicy.skipped(once, 4)
    expect(twice).toStrictEqual({ ...DivergencePolicy.none, skips: 2, skipped_examples: 20 })
    expect([null, once, twice].map((before) => DivergencePolicy.afterStep(skip, before))).toEqual([
      "skip",
      "skip",
      "stop"
    ])
    expect(DivergencePolicy.otherwise(skip, null)).toBe("stop")
  })

  it("restores max_restores times, at a lower rate each time, then stops", () => {
    const once = DivergencePolicy.restored(null, 0.5)
    const twice = DivergencePolicy.restored(once, 0.5)
    expect(twice).toStrictEqual({ ...DivergencePolicy.none, rate_factor: 0.25, restores: 2 })
    for (const after of [DivergencePolicy.afterStep, DivergencePolicy.otherwise]) {
      expect([null, once, twice].map((before) => after(restore, before))).toEqual([
        "restore",
        "restore",
        "stop"
      ])
      expect(after(stop, null)).toBe("stop")
    }
  })

  it("looks at the gradient in every step where it may skip one, else in some", () => {
    const steps = [0, 1, 15, 16, 32]
    expect(steps.map((step) => DivergencePolicy.looksAtGradient(skip, step))).not.toContain(false)
    expect(steps.map((step) => DivergencePolicy.looksAtGradient(stop, step))).toEqual([
      true,
      false,
      false,
      true,
      true
    ])
    expect(DivergencePolicy.looksAtGradient({ name: "ignore" }, 0)).toBe(false)
  })
})

describe("Diverged", () => {
  const error = new Diverged({
    quantity: "train_loss",
    value: 4.66e36,
    epoch: 3,
    step: 12,
    learningRate: 0.1,
    culprit: { kind: "weight", name: "dense_1.kernel" },
    skips: 0,
    restores: 2,
    checkpoint: "checkpoints/latest_checkpoint.safetensors"
  })
  it("names the step, the value, the layer, what to try and the checkpoint", () => {
    expect(error.message).toBe(
      "training diverged in epoch 3, step 12: train_loss is 4.66e+36. The first weight out of range " +
        "is dense_1.kernel. So far, the run was restored 2 times before.\nLower " +
        "training.learning_rate (the rate was 0.1), let it warm up (training.warmup_steps), limit " +
        "the gradients (training.gradient_clip), or look for extreme values in the data.\nNothing of the diverged state is saved; the last good checkpoint is " +
        "checkpoints/latest_checkpoint.safetensors."
    )
  })
  it("blames the data where they hold NaN, and says when nothing was saved yet", () => {
    const culprit = { kind: "input", name: "voices" } as const
    const { message } = new Diverged({ ...error, value: NaN, step: 0, culprit, checkpoint: null })
    expect(message).toContain("epoch 3: train_loss is NaN")
    expect(message).toContain("The batch from voices already holds values that are not finite")
    expect(message).toContain("Look for NaN and infinite values in the data")
    expect(message).toContain("there is no earlier checkpoint")
  })
})
