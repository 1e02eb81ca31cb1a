import * as Schema from "effect/Schema"
import { Config } from "holdfast"
import { SpeakerData } from "holdfast/audio"

const unit = Schema.Number.pipe(Schema.greaterThanOrEqualTo(0), Schema.lessThan(1))

const model = Schema.Struct({
  architecture: Schema.Literal("tdnn").annotations({
    description:
      "tdnn: two convolutions over time, the mean and deviation of each channel, two dense layers."
  }),
  num_classes: Schema.NullOr(Schema.Int.pipe(Schema.greaterThanOrEqualTo(2))).annotations({
    description:
      "How many speakers to tell apart; a run refuses data with another number. null: as many as the data has."
  }),
  filters: Schema.Int.pipe(Schema.between(1, 4096)).annotations({
    description: "Channels of each convolution."
  }),
  dense_units: Schema.Int.pipe(Schema.between(1, 4096)).annotations({
    description: "Units of the dense layer before the output."
  }),
  dropout: unit.annotations({
    description: "The share of units that dropout silences in training; 0 is off."
  })
}).annotations({ description: "The network." })

// Interfaces, since an error of the compiler shows them by name, and other types field by field.
export interface SpeakerModel extends Schema.Schema.Type<typeof model> {}
export interface SpeakerModelEncoded extends Schema.Schema.Encoded<typeof model> {}

/** The `model` section: a time-delay network over log-mel frames. */
export const SpeakerModel: Schema.Schema<SpeakerModel, SpeakerModelEncoded> = model

/** What config.json holds for this pipeline. */
export const SpeakerConfig = Config.make({ model: SpeakerModel, data: SpeakerData })
export interface SpeakerConfig extends Schema.Schema.Type<typeof SpeakerConfig> {}
