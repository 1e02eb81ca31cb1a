import { beforeAll, describe, expect, it } from "@effect/vitest"
import { Metric } from "holdfast"
import * as tf from "holdfast/tf"
import * as Schema from "effect/Schema"
import { numbers, use } from "../../backends/backends.js"
import { testBackends } from "../../support/backend.js"

// The expected figures are scikit-learn 1.9.1's on the same labels, guesses and sample_weight.
const labels = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2]
const guesses = [0, 0, 1, 2, 1, 1, 0, 2, 2, 2, 0, 1]
const weights = [1, 2, 0.5, 1, 1, 3, 1, 0.25, 1, 2, 1, 0.5]
const binaryLabels = [0, 1, 1, 0, 1, 0, 0, 1]
const logits = [-1.5, 0.25, 2, 0.25, -0.5, -2, 1, 3]
const binaryWeights = [1, 2, 0.5, 1, 1, 3, 1, 0.25]

/** The state after batches of `size` labels, `width` outputs for each. */
const accumulated = (
  metric: Metric.Metric,
  data: {
    readonly labels: ReadonlyArray<number>
    readonly output: ReadonlyArray<number>
    readonly weights?: ReadonlyArray<number>
    readonly width: number
  },
  size: number
) => {
  let state = metric.init
  for (let start = 0; start < data.labels.length; start += size) {
    const some = data.labels.slice(start, start + size)
    const measured = tf.tidy(() =>
      metric
        .measure(
          tf.tensor(some, [some.length], "int32"),
          tf.tensor(data.output.slice(start * data.width, (start + size) * data.width), [
            some.length,
            data.width
          ]),
          data.weights === undefined
            ? null
            : tf.tensor(data.weights.slice(start, start + size), [some.length], "float32")
        )
        .dataSync()
    )
    state = metric.update(state, measured, { size: some.length })
  }
  return state
}

const valueOf = (metric: Metric.Metric, ...rest: DropFirst<Parameters<typeof accumulated>>) =>
  metric.compute(accumulated(metric, ...rest), rest[0].labels.length)

type DropFirst<A> = A extends [unknown, ...infer Rest] ? Rest : never

const classes = {
  labels,
  width: 3,
  output: guesses.flatMap((guess) => [0, 1, 2].map((i) => (i === guess ? 2 : -1)))
}
const binary = { labels: binaryLabels, width: 1, output: logits }

describe.each(testBackends)("on %s", (backend) => {
  beforeAll(() => use(backend))

  describe.each([5, 12])("in batches of %i", (size) => {
    it("Metric.precision, recall and f1 are those of scikit-learn", () => {
      const figures = (average: Metric.Average, given?: ReadonlyArray<number>) =>
        [Metric.precision, Metric.recall, Metric.f1].map((metric) =>
          valueOf(metric({ average }), { ...classes, ...(given && { weights: given }) }, size)
        )
      const near = (values: ReadonlyArray<number>) =>
        values.map((value) => expect.closeTo(value, 12) as number)
      expect(figures("macro")).toEqual(
        near([0.5833333333333334, 0.5888888888888889, 0.5793650793650794])
      )
      expect(figures("macro", weights)).toEqual(
        near([0.7215686274509804, 0.7169590643274854, 0.7179337231968811])
      )
      expect(figures("micro")).toEqual(near([7 / 12, 7 / 12, 7 / 12]))
      expect(figures("micro", weights)).toEqual(near(Array(3).fill(0.7192982456140351)))
      expect(figures(2)).toEqual(near([0.75, 0.6, 0.6666666666666666]))
    })

    it("Metric.precision, recall and f1 take the sign of a single logit", () => {
      const figures = [
        Metric.precision({ average: 1 }),
        Metric.recall({ average: 1 }),
        Metric.f1({ average: 1 }),
        Metric.f1()
      ].map((metric) => valueOf(metric, binary, size))
      expect(figures).toEqual(
        [0.6, 0.75, 0.6666666666666666, 0.6190476190476191].map(
          (value) => expect.closeTo(value, 12) as number
        )
      )
    })

    it("Metric.confusion gives the matrix to observers and its accuracy to the history", () => {
      const metric: Metric.Metric = Metric.confusion()
      const state = accumulated(metric, classes, size)
      expect(metric.detail!(state)).toEqual([
        [2, 1, 1],
        [1, 2, 0],
        [1, 1, 3]
      ])
      expect(metric.compute(state, 12)).toBeCloseTo(0.5833333333333334, 12)
      const weighted = accumulated(metric, { ...classes, weights }, size)
      expect(metric.detail!(weighted)).toEqual([
        [3, 0.5, 1],
        [1, 4, 0],
        [1, 0.5, 3.25]
      ])
    })

    it("Metric.auc is that of scikit-learn, ties and weights included", () => {
      expect(valueOf(Metric.auc(), binary, size)).toBeCloseTo(0.78125, 12)
      expect(valueOf(Metric.auc(), { ...binary, weights: binaryWeights }, size)).toBeCloseTo(
        0.7777777777777778,
        12
      )
    })

    it("Metric.accuracy is the weighted share of right guesses", () => {
      expect(valueOf(Metric.accuracy, classes, size)).toBe(7 / 12)
      expect(valueOf(Metric.accuracy, { ...classes, weights }, size)).toBeCloseTo(
        0.7192982456140351,
        12
      )
      expect(valueOf(Metric.binaryAccuracy, binary, size)).toBe(5 / 8)
    })
  })

  it("Metric.meanAbsoluteError is the mean over the examples, then over the epoch", () => {
    const rows = tf.tensor([1, 2, 3, 4], [2, 2])
    const measured = Metric.meanAbsoluteError.measure(rows, tf.zeros([2, 2]), null).dataSync()
    const state = Metric.meanAbsoluteError.update(0, measured, { size: 2 })
    expect(Metric.meanAbsoluteError.compute(state, 2)).toBeCloseTo((1.5 + 3.5) / 2, 6)
  })
})

describe("Metric.f1", () => {
  it("leaves out classes without labels and guesses, as scikit-learn does", () => {
    const metric = Metric.f1()
    // Labels 0, 0, 1 guessed as 0, 0, 2, of four classes.
    const counts = [2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    expect(metric.compute(counts, 3)).toBeCloseTo(1 / 3, 12)
  })
})

describe("Metric.auc", () => {
  const metric = Metric.auc()
  it("is not a number where one class is missing", () => {
    expect(
      metric.compute(metric.update(metric.init, Float32Array.of(3, 3, 3, 1, 1, 1), { size: 1 }), 1)
    ).toBe(NaN)
  })

  it("counts logits that no bin can hold in the outermost", () => {
    const measured = Float32Array.of(3, 3, 3, 1e30, 1, 1, -1e30, 0, 1)
    expect(metric.compute(metric.update(metric.init, measured, { size: 2 }), 2)).toBe(1)
  })
})

describe.each([
  ["f1", Metric.f1(), Float32Array.of(2, 1, 0, 3)],
  ["confusion", Metric.confusion(), Float32Array.of(2, 1, 0, 3)],
  ["auc", Metric.auc(), Float32Array.of(3, 3, 3, 0.5, 1, 1, -0.5, 0, 2)],
  ["auc of classes", Metric.auc(), Float32Array.of(4, 4, 4, 4, 0.5, -1, 1, 1, -0.5, 3, 0, 2)],
  ["eer", Metric.eer(), Float32Array.of(0.5, -0.5, 1, 0, 1, 2)],
  ["eer_threshold", Metric.eerThreshold(), Float32Array.of(0.5, -0.5, 1, 0, 1, 2)],
  ["eer of pairs", Metric.eer({ trials: "pairs" }), Float32Array.of(0.6, 0.8, 1, 1, 1, 0, 0, 2)],
  ["r2", Metric.r2(), Float32Array.of(1, 2, 1.5, 2, 1, 1)],
  ["top_k", Metric.topK(), Float32Array.of(2)],
  ["perplexity", Metric.perplexity(), Float32Array.of(2, 4)],
  ["accuracy", Metric.accuracy, Float32Array.of(3)],
  ["weighted accuracy", Metric.accuracy, Float32Array.of(3, 5)]
] as ReadonlyArray<[string, Metric.Metric, Float32Array]>)(
  "Metric %s",
  (_name, metric, measured) => {
    it("update leaves the state and what was measured as they are", () => {
      const before = metric.update(metric.init, measured, { size: 2 })
      const copy = structuredClone(before)
      const values = measured.slice()
      metric.update(before, measured, { size: 2 })
      expect(before).toStrictEqual(copy)
      expect(measured).toStrictEqual(values)
    })

    it("its schema takes a state through JSON without loss", () => {
      const state = metric.update(metric.init, measured, { size: 2 })
      const json = JSON.stringify(Schema.encodeSync(metric.schema)(state))
      expect(Schema.decodeUnknownSync(metric.schema)(JSON.parse(json))).toStrictEqual(state)
    })
  }
)

describe("Metric.perplexity", () => {
  it("is that of single labels, where examples are sequences of them", async () => {
    await use("cpu")
    const metric = Metric.perplexity()
    const of = (...shape: ReadonlyArray<number>) => {
      const labels = tf.tensor([0, 2, 1, 2, 0, 1], [...shape], "int32")
      const logits = tf.tensor(numbers(18), [...shape, 3])
      const measured = metric.measure(labels, logits, null).dataSync() as Float32Array
      return metric.compute(metric.update(metric.init, measured, { size: shape[0]! }), shape[0]!)
    }
    expect(of(2, 3)).toBeCloseTo(of(6), 5)
  })
})
