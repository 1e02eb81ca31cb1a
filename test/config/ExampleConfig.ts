import * as Schema from "effect/Schema"
import * as Config from "../../src/Config.js"

/** A configuration like a pipeline's, with one field of each kind. */
export const ExampleConfig = Config.make({
  model: Schema.Struct({
    num_classes: Schema.Int.pipe(Schema.greaterThanOrEqualTo(2)).annotations({
      description: "How many classes the model tells apart."
    }),
    channels: Schema.Array(Schema.Int.pipe(Schema.positive())),
    dropout: Schema.optionalWith(Schema.Number.pipe(Schema.between(0, 0.9)), {
      default: () => 0.2
    }).annotations({ description: "The share of inputs that dropout zeroes." })
  }),
  data: Schema.Struct({
    root: Schema.NullOr(Schema.NonEmptyString),
    split: Schema.optionalWith(
      Schema.Struct({
        test_pattern: Schema.NullOr(Schema.String.pipe(Schema.pattern(/^\^/))),
        fraction: Schema.optionalWith(
          Schema.Number.pipe(Schema.greaterThan(0), Schema.lessThan(1)),
          {
            default: () => 0.1
          }
        )
      }),
      { default: () => ({ test_pattern: null, fraction: 0.1 }) }
    )
  })
})

/** The least that `ExampleConfig` reads. */
export const minimal = {
  training: { num_epochs: 3, batch_size: 32, learning_rate: 0.001, seed: 7 },
  model: { num_classes: 8, channels: [16, 32] },
  data: { root: null }
}
