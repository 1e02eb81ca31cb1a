import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { Config, Optimizer, Scheduler } from "holdfast"
import * as Overrides from "../../src/config/Overrides.js"

const signum = Optimizer.define("signum", {
  description: "Lion.",
  fields: {
    beta_1: Config.field(Schema.Number.pipe(Schema.between(0, 1)), 0.9, "Weight of the momentum."),
    beta_2: Config.field(Schema.Number.pipe(Schema.between(0, 1)), 0.99, "Decay of the momentum.")
  },
  make: () => ({ slots: [], at: () => (input) => input })
})

const sawtooth = Scheduler.define("sawtooth", {
  description: "Rises to the rate within each period.",
  fields: { period: Schema.Int.annotations({ description: "Steps of a period." }) },
  make: ({ period }) => ({
    rate: ({ globalStep, learningRate }) => (learningRate * ((globalStep % period) + 1)) / period
  })
})

const MyConfig = Config.make({
  training: {
    optimizer: Optimizer.oneOf(signum, Optimizer.sgd),
    scheduler: Scheduler.oneOf(...Scheduler.builtIn, sawtooth),
    log_every: Config.mayChange(
      Config.field(Schema.Int.pipe(Schema.positive()), 100, "Steps between two log lines.")
    )
  },
  model: Schema.Struct({ units: Schema.Int }),
  data: Schema.Struct({ file: Schema.String }),
  augment: Config.field(Schema.Struct({ noise: Schema.Number }), { noise: 0 }, "What to change.")
})

const base = {
  training: { num_epochs: 3, batch_size: 8, learning_rate: 0.1, seed: 1 },
  model: { units: 4 },
  data: { file: "x.csv" }
}

const decode = (training: object, ...overrides: ReadonlyArray<string>) =>
  Config.decode(
    MyConfig,
    { ...base, training: { ...base.training, ...training } },
    {
      path: "config.json",
      overrides: overrides.map((text) => Either.getOrThrow(Overrides.parse(text)))
    }
  )
const config = (training: object, ...overrides: ReadonlyArray<string>) =>
  Either.getOrThrow(decode(training, ...overrides))
const refusal = (training: object, ...overrides: ReadonlyArray<string>) =>
  Either.getOrThrow(Either.flip(decode(training, ...overrides))).message

describe("Config.make", () => {
  it("reads a custom optimizer by its name, with its fields, and by default", () => {
    const defaults = { name: "signum", beta_1: 0.9, beta_2: 0.99 }
    expect(config({}).training.optimizer).toEqual(defaults)
    expect(config({ optimizer: "signum" }).training.optimizer).toEqual(defaults)
    expect(config({ optimizer: { name: "signum", beta_1: 0.5 } }).training.optimizer).toEqual({
      ...defaults,
      beta_1: 0.5
    })
    expect(config({}, "training.optimizer.name=signum").training.optimizer).toEqual(defaults)
    expect(config({ optimizer: "sgd" }).training.optimizer).toMatchObject({ momentum: 0 })
  })

  it("infers the types of custom fields and sections", () => {
    const { augment, training } = config({ scheduler: { name: "sawtooth", period: 4 } })
    const noise: number = augment.noise
    const logEvery: number = training.log_every
    const name: "signum" | "sgd" = training.optimizer.name
    // @ts-expect-error: adam is not among the optimizers
    const other: "adam" = training.optimizer.name
    expect([noise, logEvery, name, other]).toEqual([0, 100, "signum", "signum"])
    expect(training.scheduler).toEqual({ name: "sawtooth", period: 4 })
  })

  it("keeps the fields that training has in every config", () => {
    expect(config({}).training).toMatchObject({ keep_last: 2, gradient_clip: null, num_epochs: 3 })
  })

  it("refuses what custom choices do not allow, in the words of the built-in ones", () => {
    expect(refusal({ optimizer: "signmu" })).toMatchInlineSnapshot(`
      "config.json is not valid:
        training.optimizer: found "signmu"; allowed: "signum" or "sgd"; did you mean signum?"
    `)
    expect(refusal({ optimizer: { name: "signum", beta1: 1 } })).toMatchInlineSnapshot(`
      "config.json is not valid:
        training.optimizer.beta1: unknown field (found 1); did you mean beta_1?"
    `)
    expect(refusal({ scheduler: "sawtooth", log_every: 0 })).toMatchInlineSnapshot(`
      "config.json is not valid:
        training.scheduler.period: missing; allowed: an integer
        training.log_every: found 0; allowed: an integer greater than 0"
    `)
    expect(refusal({ optimizer: "adam" }, "training.log_evry=5")).toMatchInlineSnapshot(`
      "config.json is not valid:
        training.optimizer: found "adam"; allowed: "signum" or "sgd"
      --set is not valid:
        training.log_evry: unknown field (found 5); did you mean log_every?"
    `)
  })

  it("refuses a default that has fields without defaults", () => {
    expect(() => Scheduler.oneOf(sawtooth, Scheduler.constant)).toThrowError(
      /sawtooth comes first, so it is the default, and each of its fields needs one/
    )
  })

  it("gives the JSON Schema of the whole", () => {
    const { properties } = Config.jsonSchema(MyConfig) as unknown as {
      properties: Record<string, { properties: Record<string, object>; default?: unknown }>
    }
    expect(properties["training"]!.properties["optimizer"]).toMatchObject({
      default: { name: "signum", beta_1: 0.9, beta_2: 0.99 },
      anyOf: [
        { description: "Lion.", properties: { beta_1: { default: 0.9 } } },
        { properties: { name: { enum: ["sgd"] } } },
        { enum: ["signum", "sgd"] }
      ]
    })
    expect(properties["training"]!.properties["log_every"]).toMatchObject({ default: 100 })
    expect(properties["augment"]).toMatchObject({ default: { noise: 0 } })
    expect(Config.jsonSchemaText(MyConfig)).toContain('"sawtooth"')
  })
})

describe("Optimizer.oneOf", () => {
  it("takes the last of two optimizers of one name", () => {
    const own = Optimizer.define("lion", {
      description: "Another Lion.",
      fields: { scale: Config.field(Schema.Number, 3, "Its only field.") },
      make: () => ({ slots: [], at: () => (input) => ({ weight: input.weight, slots: {} }) })
    })
    const Training = Schema.Struct({ optimizer: Optimizer.oneOf(...Optimizer.builtIn, own) })
    const { optimizer } = Schema.decodeUnknownSync(Training)({ optimizer: "lion" })
    expect(optimizer).toEqual({ name: "lion", scale: 3 })
  })
})

describe("Optimizer.fromConfig", () => {
  it("makes the optimizer by which the config was decoded, also where code has copied it", () => {
    const { training } = config({ optimizer: "signum" })
    expect(Optimizer.fromConfig(training)(new Map()).name).toBe("signum")
    expect(Optimizer.fromConfig({ ...training, seed: 2 } as never)(new Map()).name).toBe("signum")
  })

  it("names the optimizers that it knows where code names another", () => {
    expect(() => Optimizer.fromConfig({ optimizer: { name: "signum" } })).toThrowError(
      "signum is none of adam, adamw, sgd, rmsprop, nadam, adamax, adagrad, adadelta, lion, lamb; decode the config by a schema in which Config.make names it"
    )
  })
})
