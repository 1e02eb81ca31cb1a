import * as Effect from "effect/Effect"
import { paced } from "../io/EventLoop.js"
import { t } from "../language/Text.js"
import type { NdArray } from "./arrays/NdArray.js"
import { mismatch, type Given } from "./arrays/Source.js"
import { DataError } from "./DataError.js"
import type { Dataset, Examples } from "./Dataset.js"
import { hashing } from "./fingerprint.js"
import { readSeries, type Series } from "./series/readSeries.js"
import { windowsOf, type WindowShape } from "./series/windowsOf.js"
import * as Split from "./Split.js"
import { ColumnStatistics, standardized, type Standardization } from "./Standardization.js"

/** Series, and the windows over them. */
export interface SeriesOptions {
  readonly name?: string
  /**
   * The numbers, [steps, channels], or [steps] of one channel. Several series by name, such as those of several
   * sensors: no window reaches from one into another.
   */
  readonly values: Given<NdArray>
  /** What the channels are called, in their order; left out, "0", "1" and so on. */
  readonly channels?: ReadonlyArray<string>
  /** How many steps the model sees: an input is [window, channels]. */
  readonly window: number
  /** How many steps it predicts; default: 1. */
  readonly horizon?: number
  /** How many steps lie between what it sees and what it predicts; default: 0. */
  readonly gap?: number
  /** How many steps one window begins after the other; default: 1. */
  readonly stride?: number
  /**
   * The channel that is predicted: a label is [horizon]. Several, or none, which is all of them: [horizon,
   * targets]. A horizon of 1 is left out of the shape.
   */
  readonly target?: string | ReadonlyArray<string>
  /** How the steps of each series are divided; default: `Split.ordered`, the last tenth tests. */
  readonly split?: Split.SplitOption
  /** The model sees `(x − mean) / std` of each channel by the training steps; labels stay as they are. */
  readonly standardize?: boolean
  /** A number that is missing, NaN, is an error unless windows that would see it are to be left out. */
  readonly missing?: "error" | "skip"
}

/**
 * A dataset of windows over long series in memory: each example is some steps, and its label the steps that
 * follow. Any window is reached at once by its number; none is copied before a batch needs it, so that all windows
 * take the memory of the series, and 4 bytes each.
 *
 * Splits are of time: those that train come first, those that test last. A window belongs to the split of the steps
 * that it predicts; it sees what came before, so that no step that is tested on is seen or predicted in training.
 *
 * Fails with `DataError` where series and options do not go together, where a number is missing or infinite, and
 * where a split has no windows; the error names series, step and channel.
 *
 * @example
 * ```ts
 * import { Dataset, Split } from "holdfast"
 *
 * declare const hours: Float32Array // [count, 3]
 *
 * export const weather = Dataset.fromSeries({
 *   values: { data: hours, shape: [hours.length / 3, 3] },
 *   channels: ["temperature", "pressure", "wind"],
 *   window: 72,
 *   horizon: 24,
 *   target: "temperature",
 *   standardize: true,
 *   split: Split.ordered.make({ validation: 0.15, test: 0.15 })
 * })
 * ```
 */
export const fromSeries = (options: SeriesOptions): Effect.Effect<Dataset, DataError> =>
  Effect.gen(function* () {
    const { gap = 0, horizon = 1, missing = "error", name = "series", stride = 1, window } = options
    for (const [field, value, least] of [
      ["window", window, 1],
      ["horizon", horizon, 1],
      ["gap", gap, 0],
      ["stride", stride, 1]
    ] as const) {
      if (!Number.isInteger(value) || value < least) {
        return yield* mismatch(field, t`is ${value}; give a whole number of at least ${least}`)
      }
    }
    const series = yield* readSeries(options.values, options.channels, missing)
    const { channels, starts } = series
    const targets = yield* targetsOf(channels, options.target)
    const shape: WindowShape = { length: window, gap, horizon, stride }
    const splits = yield* splitSteps(series, options.split ?? Split.ordered.make())
    const windows = windowsOf(series, splits, targets, shape)
    const empty = windows.findIndex(({ length }) => length === 0)
    if (empty !== -1) {
      const counts = windows.map(({ length }, i) => `${Split.names[i]} ${length}`)
      return yield* new DataError({
        reason: "Empty",
        path: name,
        detail: t`${starts.at(-1)!} steps leave no windows of ${window + gap + horizon} for ${Split.names[empty]!} (${counts.join(", ")}); divide otherwise, or make windows shorter`
      })
    }
    const standardization = options.standardize ? yield* statisticsOf(series, splits) : null

    const hash = hashing()
    hash.add({ channels, targets, shape, standardized: standardization !== null, starts })
    const pause = paced()
    for (const array of [series.values, ...windows]) {
      for (let at = 0; at < array.length; at += hashedAtOnce) {
        hash.add(array.subarray(at, at + hashedAtOnce))
        yield* pause
      }
    }
    const examples = (split: number) =>
      examplesOf(series, windows[split]!, { shape, targets, standardization })
    const isSingle = typeof options.target === "string"
    return {
      name,
      fingerprint: hash.end(),
      inputShape: [window, channels.length],
      labelShape: [...(horizon === 1 ? [] : [horizon]), ...(isSingle ? [] : [targets.length])],
      classes: [],
      ...(standardization && { preprocessing: { kind: "standardize", ...standardization } }),
      train: examples(0),
      validation: examples(1),
      test: examples(2)
    }
  })

const hashedAtOnce = 1 << 21

/** The channels to predict, by their places. */
const targetsOf = (
  channels: ReadonlyArray<string>,
  target: SeriesOptions["target"]
): Effect.Effect<ReadonlyArray<number>, DataError> => {
  const names = target === undefined ? channels : [target].flat()
  const unknown = names.find((name) => !channels.includes(name))
  if (names.length === 0) return mismatch("target", t`names no channel`)
  return unknown === undefined
    ? Effect.succeed(names.map((name) => channels.indexOf(name)))
    : mismatch("target", t`${unknown} is no channel; they are ${channels.slice(0, 20).join(", ")}`)
}

/** The split of every step, each series divided by itself: all of them end at the same time. */
const splitSteps = Effect.fnUntraced(function* ({ starts }: Series, split: Split.SplitOption) {
  const all = new Uint8Array(starts.at(-1)!)
  for (const [i, start] of starts.slice(0, -1).entries()) {
    const size = starts[i + 1]! - start
    const own = yield* Split.assignment(split, { size, keyOf: (step) => step })
    if (own.some((one, step) => one < own[step - 1]!)) {
      return yield* mismatch(
        "split",
        t`does not divide by time, and windows overlap: what is tested on would be known from training; use Split.ordered`
      )
    }
    all.set(own, start)
  }
  return all
})

/** Mean and deviation of each channel over the training steps. */
const statisticsOf = Effect.fnUntraced(function* (
  { channels, values }: Series,
  splits: Split.Assignment
) {
  const statistics = new ColumnStatistics(channels.length)
  const pause = paced()
  for (const [step, split] of splits.entries()) {
    if (step % 4096 === 0) yield* pause
    if (split !== 0) continue
    for (let i = 0; i < channels.length; i++) statistics.add(i, values[step * channels.length + i]!)
  }
  return statistics.result
})

/** Windows by the first step of each. */
const examplesOf = (
  { channels, names, starts, values }: Series,
  windows: Int32Array,
  {
    shape: { gap, horizon, length },
    standardization,
    targets
  }: {
    readonly shape: WindowShape
    readonly targets: ReadonlyArray<number>
    readonly standardization: Standardization | null
  }
): Examples => {
  const width = channels.length
  return {
    size: windows.length,
    describe: (index) => {
      const first = windows[index]!
      const series = starts.findLastIndex((start) => start <= first)
      const step = first - starts[series]!
      const steps = t`steps ${step} to ${step + length + gap + horizon - 1}`
      return { name: names[series] === "" ? steps : `${names[series]}, ${steps}` }
    },
    batch: (indices) =>
      Effect.sync(() => {
        const inputs = new Float32Array(indices.length * length * width)
        const labels = new Float32Array(indices.length * horizon * targets.length)
        indices.forEach((index, row) => {
          const first = windows[index]!
          const seen = values.subarray(first * width, (first + length) * width)
          inputs.set(seen, row * length * width)
          for (let step = 0; step < horizon; step++) {
            const from = (first + length + gap + step) * width
            const to = (row * horizon + step) * targets.length
            targets.forEach((channel, i) => (labels[to + i] = values[from + channel]!))
          }
        })
        if (standardization !== null) {
          for (let at = 0; at < inputs.length; at++) {
            inputs[at] = standardized(inputs[at]!, standardization, at % width)
          }
        }
        return { size: indices.length, inputs, labels }
      })
  }
}
