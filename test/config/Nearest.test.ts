import { expect, it } from "@effect/vitest"
import { nearest } from "../../src/config/Nearest.js"

const known = ["num_epochs", "batch_size", "learning_rate", "seed", "beta_1", "beta_2"]

it.each([
  ["num_epoch", "num_epochs"],
  ["numEpochs", "num_epochs"],
  ["epochs", "num_epochs"],
  ["batchsize", "batch_size"],
  ["batch-size", "batch_size"],
  ["lerning_rate", "learning_rate"],
  ["sede", "seed"],
  ["numm_epohcs", "num_epochs"],
  ["eeds", undefined],
  ["sed", "seed"],
  ["beta2", "beta_2"],
  ["n", undefined],
  ["", undefined],
  ["optimizer", undefined]
])("%j is meant to be %j", (name, expected) => {
  expect(nearest(name, known)).toBe(expected)
})

it("knows nothing near where nothing is known", () => {
  expect(nearest("seed", [])).toBeUndefined()
})
