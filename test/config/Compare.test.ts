import { describe, expect, it } from "@effect/vitest"
import { differences } from "../../src/config/Compare.js"

const config = {
  $schema: "./config.schema.json",
  training: {
    checkpoint_dir: "checkpoints",
    save_interval: 10,
    resume_from: null,
    num_epochs: 50,
    learning_rate: 0.001,
    seed: 1,
    optimizer: { name: "adam", beta_1: 0.9 }
  },
  model: { channels: [16, 32] },
  data: { root: null }
}

const changed = (section: "training" | "model" | "data", fields: object) => ({
  ...config,
  [section]: { ...config[section], ...fields }
})

describe("Compare.differences", () => {
  it("finds none in equal configurations, whatever the order of their fields", () => {
    const { data, model, training, ...rest } = config
    expect(differences(config, { data, model, training, ...rest })).toEqual([])
  })

  it("passes over what a resume may change silently", () => {
    const { $schema: _, ...rest } = changed("training", {
      checkpoint_dir: "elsewhere",
      save_interval: 1,
      resume_from: "best",
      num_epochs: 100
    })
    expect(differences(config, rest)).toEqual([])
  })

  it("lets the config win, but for the seed", () => {
    expect(differences(config, changed("training", { seed: 2, learning_rate: 0.01 }))).toEqual([
      { path: "training.learning_rate", before: 0.001, after: 0.01, wins: "config" },
      { path: "training.seed", before: 1, after: 2, wins: "checkpoint" }
    ])
  })

  it("lists the fields that one side lacks", () => {
    expect(
      differences(config, changed("training", { optimizer: { name: "sgd", momentum: 0.9 } }))
    ).toEqual([
      { path: "training.optimizer.name", before: "adam", after: "sgd", wins: "config" },
      { path: "training.optimizer.beta_1", before: 0.9, after: undefined, wins: "config" },
      { path: "training.optimizer.momentum", before: undefined, after: 0.9, wins: "config" }
    ])
    expect(differences({}, { data: { a: { b: 1 } } })).toEqual([
      { path: "data.a.b", before: undefined, after: 1, wins: "config" }
    ])
  })

  it("compares lists whole", () => {
    expect(differences(config, changed("model", { channels: [16, 64] }))).toEqual([
      { path: "model.channels", before: [16, 32], after: [16, 64], wins: "config" }
    ])
    expect(differences({ a: [{ b: 1, c: 2 }] }, { a: [{ c: 2, b: 1 }] })).toEqual([])
  })

  it("tells a value from an object, null and nothing", () => {
    expect(differences(config, changed("data", { root: { path: "x" } }))).toEqual([
      { path: "data.root", before: null, after: { path: "x" }, wins: "config" }
    ])
    expect(differences({ a: null }, {})).toEqual([
      { path: "a", before: null, after: undefined, wins: "config" }
    ])
    expect(differences({}, { a: {} })).toEqual([
      { path: "a", before: undefined, after: {}, wins: "config" }
    ])
  })
})
