import { expectTypeOf, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { Config } from "holdfast"
import * as Space from "../../src/sweep/space/Space.js"

const MyConfig = Config.make({
  model: Schema.Struct({
    units: Schema.Int,
    activation: Schema.Literal("relu", "gelu"),
    bias: Schema.Boolean,
    layers: Schema.Array(Schema.Int),
    dropout: Schema.NullOr(Schema.Number),
    head: Schema.optionalWith(Schema.Struct({ width: Schema.Literal(1, 2, 4) }), { exact: true })
  }),
  data: Schema.Struct({ folder: Schema.String, more: Schema.Unknown })
})
type MyConfig = typeof MyConfig.Type

const space = <C>(space: Space.SpaceOf<C>) => space

it("takes parameters of the fields of a config", () => {
  space<MyConfig>({
    "training.learning_rate": Space.logUniform(1e-4, 1e-1),
    "training.batch_size": Space.int(16, 128, { step: 16 }),
    "training.optimizer": Space.choice(["adam", { name: "sgd", momentum: 0.9 }]),
    "training.optimizer.weight_decay": Space.logUniform(1e-6, 1e-2),
    "training.ema.decay": Space.choice([0.99, 0.999]),
    "model.units": Space.int(8, 256, { log: true }),
    "model.activation": Space.choice(["relu", "gelu"]),
    "model.bias": Space.choice([true, false]),
    "model.layers": Space.choice([[64], [64, 32]]),
    "model.dropout": Space.uniform(0, 0.5),
    "model.head": Space.choice([{ width: 2 }]),
    "model.head.width": Space.choice([1, 4]),
    "data.more": Space.choice([1, "two"]),
    "data.more.of.it": Space.uniform(0, 1)
  })
  space<MyConfig>({ "model.dropout": Space.choice([null, 0.1]) })
  space<typeof MyConfig.Encoded>({
    "training.optimizer": Space.choice(["adam", "sgd"]),
    "training.scheduler.name": Space.choice(["cosine", "constant"])
  })
  space<unknown>({ "any.path": Space.uniform(0, 1), other: Space.choice(["a", 1]) })
})

it("refuses paths that the config does not have", () => {
  // @ts-expect-error there is no such field
  space<MyConfig>({ "training.learning_ratee": Space.logUniform(1e-4, 1e-1) })
  // @ts-expect-error there is no such section
  space<MyConfig>({ "audio.rate": Space.int(1, 2) })
  // @ts-expect-error a number has no fields
  space<MyConfig>({ "model.units.more": Space.int(1, 2) })
})

it("refuses values of another type than the field's", () => {
  // @ts-expect-error a string is no number
  space<MyConfig>({ "model.activation": Space.uniform(0, 1) })
  // @ts-expect-error of another word than the field's
  space<MyConfig>({ "model.activation": Space.choice(["relu", "tanh"]) })
  // @ts-expect-error a number is no boolean
  space<MyConfig>({ "model.bias": Space.int(0, 1) })
  // @ts-expect-error a string is no number
  space<MyConfig>({ "model.units": Space.choice([16, "32"]) })
  // @ts-expect-error only some numbers
  space<MyConfig>({ "model.head.width": Space.int(1, 4) })
  // @ts-expect-error no such optimizer
  space<MyConfig>({ "training.optimizer": Space.choice(["adamm"]) })
  // @ts-expect-error a section is no number
  space<MyConfig>({ model: Space.int(1, 4) })
})

it("names the type of the field at a path", () => {
  expectTypeOf<Space.ValueAt<MyConfig, "model.units">>().toEqualTypeOf<number>()
  expectTypeOf<Space.ValueAt<MyConfig, "training.seed">>().toEqualTypeOf<number>()
  expectTypeOf<"training.optimizer.name">().toExtend<Space.PathOf<MyConfig>>()
})
