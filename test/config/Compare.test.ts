import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { Config, Scheduler } from "holdfast"
import { SpeakerData } from "holdfast/audio"
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

  it("ignores fields of training that may change", () => {
    const { $schema: _, ...rest } = changed("training", {
      checkpoint_dir: "elsewhere",
      save_interval: 1,
      resume_from: "best",
      num_epochs: 100
    })
    expect(differences(config, rest)).toEqual([])
  })

  it("reports another number of epochs where swa starts after a share of them, and only there", () => {
    const swa = { start: 0.5, every_steps: null, learning_rate: null, anneal_epochs: 10 }
    const of = (fields: object, num_epochs: number) =>
      changed("training", { ...fields, num_epochs })
    expect(differences(of({ swa }, 50), of({ swa }, 100))).toEqual([
      { path: "training.num_epochs", before: 50, after: 100, wins: "config" }
    ])
    expect(differences(of({ swa: null }, 50), of({ swa: null }, 100))).toEqual([])
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

  it("compares lists as a unit", () => {
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

describe("Config.mayChange", () => {
  const triangle = Scheduler.define("triangle", {
    description: "Rises and falls.",
    fields: {},
    dependsOn: Scheduler.runLength,
    make: () => ({ rate: ({ learningRate }) => learningRate })
  })
  const MyConfig = Config.make({
    training: {
      log_every: Config.mayChange(Config.field(Schema.Int, 100, "Steps between two log lines.")),
      smoothing: Config.field(Schema.Number, 0, "Smoothing of labels."),
      scheduler: Scheduler.oneOf(Scheduler.constant, Scheduler.cosine, triangle)
    },
    model: Schema.Struct({ units: Schema.Int }),
    data: SpeakerData,
    server: Config.mayChange(Schema.Struct({ port: Schema.Int, host: Schema.String })),
    augment: Schema.Struct({
      noise: Schema.Number,
      workers: Config.mayChange(Schema.Int),
      threads: Schema.optional(Config.mayChange(Schema.NumberFromString)),
      crop: Schema.Union(
        Schema.Struct({ kind: Schema.Literal("none"), speed: Config.mayChange(Schema.Int) }),
        Schema.Struct({ kind: Schema.Literal("random"), speed: Schema.Int })
      )
    })
  })
  const base = {
    training: { num_epochs: 3, batch_size: 8, learning_rate: 0.1, seed: 1 },
    model: { units: 4 },
    data: {},
    server: { port: 80, host: "a" },
    augment: { noise: 0.1, workers: 2, crop: { kind: "none", speed: 1 } }
  }
  const decoded = (json: unknown) =>
    Either.getOrThrow(Config.decode(MyConfig, json, { path: "config.json", overrides: [] }))
  /** The paths that are reported when `base` resumes with these fields. */
  const reported = (change: {
    readonly [Section in keyof typeof base]?: Record<string, unknown>
  }) => {
    const after = Object.fromEntries(
      Object.entries(base).map(([name, section]) => [
        name,
        { ...section, ...change[name as keyof typeof base] }
      ])
    )
    // As a checkpoint holds it.
    const before: unknown = JSON.parse(JSON.stringify(decoded(base)))
    return differences(before, decoded(after)).map(({ path }) => path)
  }

  it("keeps silent about marked fields of training, of a further section, and of data", () => {
    expect(reported({ training: { log_every: 5 } })).toEqual([])
    expect(reported({ augment: { workers: 3, threads: "4" } })).toEqual([])
    expect(reported({ data: { cache_dir: "x", synthetic: { folder: "y" } } })).toEqual([])
    expect(reported({ training: { num_epochs: 9, on_divergence: "skip" } })).toEqual([])
  })

  it("keeps silent about every field of a marked section", () => {
    expect(reported({ server: { port: 81, host: "b" } })).toEqual([])
  })

  it("reports other fields", () => {
    expect(reported({ training: { smoothing: 0.1 } })).toEqual(["training.smoothing"])
    expect(reported({ augment: { noise: 0.2 } })).toEqual(["augment.noise"])
    expect(reported({ data: { synthetic: { seed: 5 }, mels: 20 } })).toEqual([
      "data.synthetic.seed",
      "data.mels"
    ])
  })

  it("goes by the variant that the config now has", () => {
    expect(reported({ augment: { crop: { kind: "none", speed: 2 } } })).toEqual([])
    expect(reported({ augment: { crop: { kind: "random", speed: 2 } } })).toEqual([
      "augment.crop.kind",
      "augment.crop.speed"
    ])
  })

  it.each(["cosine", "triangle"])(
    "reports num_epochs where the schedule depends on it: %s",
    (scheduler) => {
      const before: unknown = JSON.parse(
        JSON.stringify(decoded({ ...base, training: { ...base.training, scheduler } }))
      )
      const after = { ...base, training: { ...base.training, scheduler, num_epochs: 9 } }
      expect(differences(before, decoded(after))).toEqual([
        { path: "training.num_epochs", before: 3, after: 9, wins: "config" }
      ])
    }
  )

  it("counts a field that the checkpoint lacks as its default", () => {
    const { log_every: _, smoothing: __, ...training } = decoded(base).training
    const before = { ...decoded(base), training }
    expect(differences(before, decoded(base))).toEqual([])
    const after = decoded({ ...base, training: { ...base.training, smoothing: 0.2 } })
    expect(differences(before, after).map(({ path }) => path)).toEqual(["training.smoothing"])
  })

  it("still compares with a checkpoint's config that the schema no longer reads", () => {
    const before = { ...decoded(base), model: { width: 4 } }
    expect(differences(before, decoded(base)).map(({ path }) => path)).toEqual([
      "model.width",
      "model.units"
    ])
  })
})
