import * as Schema from "effect/Schema"
import { field, positiveInt, required } from "../../config/Field.js"
import { t } from "../../language/Text.js"
import { clock, count, define, nonNegative, unit } from "./Schedule.js"

const isRising = (numbers: ReadonlyArray<number>): boolean =>
  numbers.every((number, i) => i === 0 || number > numbers[i - 1]!)

/** Constant from boundary to boundary (PyTorch's MultiStepLR, with factors of its own). */
export const piecewise = define("piecewise", {
  description: "One rate up to each boundary, and another from there on.",
  fields: {
    boundaries: required(
      Schema.NonEmptyArray(positiveInt),
      "The epochs, or steps, from which the next factor applies, in rising order."
    ),
    factors: required(
      Schema.NonEmptyArray(nonNegative),
      "What learning_rate is multiplied by before the first boundary, and from each boundary on."
    ),
    unit: unit("epoch")
  },
  check: ({ boundaries, factors }) =>
    !isRising(boundaries)
      ? { path: ["boundaries"], message: t`numbers in rising order` }
      : factors.length !== boundaries.length + 1
        ? {
            path: ["factors"],
            message: t`a list of ${boundaries.length + 1}, one more than the boundaries`
          }
        : undefined,
  make: ({ boundaries, factors, unit }) => ({
    rate: (input) => {
      const { at } = clock(input, unit)
      return input.learningRate * factors[boundaries.filter((one) => one <= at).length]!
    }
  })
})

/** What a table says, in straight lines from row to row (NumPy's interp) or constant from each on. */
export const table = define("table", {
  description: "The rates of a table.",
  fields: {
    points: required(
      Schema.NonEmptyArray(Schema.Tuple(count, nonNegative)),
      "Rows of two numbers, in rising order: an epoch, or step, from 0, and what learning_rate is multiplied by there. The first and the last hold before and after."
    ),
    interpolate: field(
      Schema.Boolean,
      true,
      "Whether the rate moves in a straight line from row to row; false: it changes at each row."
    ),
    unit: unit("epoch")
  },
  check: ({ points }) =>
    isRising(points.map(([at]) => at))
      ? undefined
      : { path: ["points"], message: t`rows whose first numbers are in rising order` },
  make: ({ interpolate, points, unit }) => ({
    rate: (input) => {
      const { at } = clock(input, unit)
      const after = points.findIndex(([position]) => position > at)
      const [[from, first], [to, second]] =
        after === -1
          ? [points.at(-1)!, points.at(-1)!]
          : [points[Math.max(0, after - 1)]!, points[after]!]
      const share = interpolate && at > from && to > from ? (at - from) / (to - from) : 0
      return input.learningRate * (first + (second - first) * share)
    }
  })
})
