import * as Schema from "effect/Schema"
import { field } from "../../config/Field.js"
import { t } from "../../language/Text.js"

const between = (low: number, high: number) =>
  Schema.Number.pipe(Schema.greaterThanOrEqualTo(low), Schema.lessThanOrEqualTo(high))
const integer = (low: number, high: number) => between(low, high).pipe(Schema.int())

/** From the first field to the second. */
const inOrder =
  <A>(low: keyof A & string, high: keyof A & string) =>
  (value: A) =>
    value[low] <= value[high]
      ? undefined
      : { path: [high], message: t`a number of at least ${low}` }

const probability = field(between(0, 1), 0.5, "How many of the examples, as a share.")

const reverberation = Schema.Struct({
  probability,
  source: field(
    Schema.NonEmptyString,
    "simulated",
    "`simulated`, or a folder of impulse responses, one a recording, of which one is drawn."
  ),
  rt60_min: field(
    between(0.01, 3),
    0.1,
    "The least seconds within which simulated reverberation falls by 60 dB."
  ),
  rt60_max: field(between(0.01, 3), 0.6, "The most of these seconds.")
})

const noise = Schema.Struct({
  probability,
  source: field(
    Schema.NonEmptyString,
    "white",
    "`white`, `pink`, or a folder of recordings, of which a part is drawn."
  ),
  snr_min: field(
    between(-30, 100),
    5,
    "The least ratio of speech to noise, in decibels of their powers."
  ),
  snr_max: field(between(-30, 100), 20, "The highest ratio.")
})

const specAugment = Schema.Struct({
  time_masks: field(integer(0, 10), 2, "How many stretches of frames are masked."),
  time_width: field(integer(0, 10_000), 10, "The most frames of one."),
  frequency_masks: field(integer(0, 10), 2, "How many ranges of mel bands are masked."),
  frequency_width: field(integer(0, 256), 6, "The most bands of one."),
  time_warp: field(
    integer(0, 1000),
    0,
    "How many frames a point in time moves at most, with what is before and after it stretched; 0 is off."
  )
})

/** How training examples are changed at random; all of it is off by default. */
export const AugmentConfig = Schema.Struct({
  speed: field(
    Schema.Array(between(0.5, 2)),
    [],
    "Factors of the speed, and of the pitch, of which one is drawn for each example: [0.9, 1, 1.1]; empty is off."
  ),
  reverberation: field(
    Schema.NullOr(reverberation.pipe(Schema.filter(inOrder("rt60_min", "rt60_max")))),
    null,
    "Puts examples into a room; null is off, {} has the defaults."
  ),
  noise: field(
    Schema.NullOr(noise.pipe(Schema.filter(inOrder("snr_min", "snr_max")))),
    null,
    "Adds noise; null is off, {} has the defaults."
  ),
  spec_augment: field(
    Schema.NullOr(specAugment),
    null,
    "Masks parts of the spectrogram (SpecAugment); null is off, {} has the defaults."
  )
})
export type AugmentConfig = typeof AugmentConfig.Type

export const off: AugmentConfig = {
  speed: [],
  reverberation: null,
  noise: null,
  spec_augment: null
}

/** Whether samples are changed, so that features must be computed for every batch. */
export const changesSamples = ({ noise, reverberation, speed }: AugmentConfig): boolean =>
  speed.length > 0 || reverberation !== null || noise !== null
