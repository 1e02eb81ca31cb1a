import { beforeAll, describe, expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { Metric } from "holdfast"
import * as tf from "holdfast/tf"
import { balancedWeights } from "../../../src/training/ConfiguredObjective.js"
import { use } from "../../backends/backends.js"
import { testBackends } from "../../support/backend.js"

// Made by scripts/metric-references.py.
const references = JSON.parse(
  readFileSync(new URL("references.json", import.meta.url), "utf8")
) as References

interface Figures {
  readonly accuracy: number
  readonly top_k: Readonly<Record<string, number>>
  readonly averages: Readonly<Record<string, ReadonlyArray<number>>> & {
    readonly each: ReadonlyArray<ReadonlyArray<number>>
  }
  readonly confusion: ReadonlyArray<ReadonlyArray<number>>
  readonly auc: number
  readonly auc_ovr: number
  readonly perplexity: number
  readonly mae: number
  readonly r2: number
  readonly r2_single: number
  readonly eer: number
  readonly min_dcf: number
}

interface References {
  readonly labels: ReadonlyArray<number>
  readonly logits: ReadonlyArray<ReadonlyArray<number>>
  readonly weights: ReadonlyArray<number>
  readonly binary_labels: ReadonlyArray<number>
  readonly binary_logits: ReadonlyArray<number>
  readonly targets: ReadonlyArray<ReadonlyArray<number>>
  readonly outputs: ReadonlyArray<ReadonlyArray<number>>
  readonly unweighted: Figures
  readonly weighted: Figures
  readonly pairs: { readonly eer: number; readonly min_dcf: number }
  readonly balanced_weights: ReadonlyArray<number>
}

type Rows = ReadonlyArray<ReadonlyArray<number>>

/** The state and the value of a metric over these labels and outputs, in batches of `size`. */
const measured = (
  metric: Metric.Metric,
  labels: Rows,
  outputs: Rows,
  size: number,
  weights?: ReadonlyArray<number>
) => {
  let state = metric.init
  for (let start = 0; start < labels.length; start += size) {
    const [some, out] = [labels.slice(start, start + size), outputs.slice(start, start + size)]
    const shape = some[0]!.length === 1 ? [some.length] : [some.length, some[0]!.length]
    const read = tf.tidy(() =>
      metric
        .measure(
          tf.tensor(
            some.flat(),
            shape,
            metric.objectives?.[0] === "regression" ? "float32" : "int32"
          ),
          tf.tensor2d(out.map((row) => [...row])),
          weights === undefined ? null : tf.tensor(weights.slice(start, start + size), shape)
        )
        .dataSync()
    )
    state = metric.update(state, read, { size: some.length })
  }
  return { state, value: metric.compute(state, labels.length) }
}

const column = (values: ReadonlyArray<number>): Rows => values.map((value) => [value])
const { binary_labels, binary_logits, labels, logits, outputs, targets, weights } = references

describe.each(testBackends)("metrics on %s", (backend) => {
  beforeAll(() => use(backend))

  describe.each([
    { how: "without weights", figures: references.unweighted, given: undefined },
    { how: "with weights", figures: references.weighted, given: weights }
  ])("are those of scikit-learn, $how", ({ figures, given }) => {
    const ofClasses = (metric: Metric.Metric, size = 7) =>
      measured(metric, column(labels), logits, size, given)
    const ofTwo = (metric: Metric.Metric, size = 7) =>
      measured(metric, column(binary_labels), column(binary_logits), size, given)

    it("Metric.topK", () => {
      for (const [k, expected] of Object.entries(figures.top_k)) {
        expect(ofClasses(Metric.topK({ k: Number(k) })).value).toBeCloseTo(expected, 6)
      }
      expect(ofClasses(Metric.accuracy).value).toBeCloseTo(figures.accuracy, 6)
    })

    it("Metric.precision, recall and f1: macro, micro, weighted and of each class", () => {
      for (const average of ["macro", "micro", "weighted"] as const) {
        const values = [Metric.precision, Metric.recall, Metric.f1].map(
          (metric) => ofClasses(metric({ average })).value
        )
        values.forEach((value, i) => expect(value).toBeCloseTo(figures.averages[average]![i]!, 9))
      }
      const each = [Metric.precision, Metric.recall, Metric.f1].map((make): unknown => {
        const metric: Metric.Metric = make()
        return metric.detail!(ofClasses(metric).state)
      })
      expect(each).toEqual(
        figures.averages.each.map((row) => row.map((one) => expect.closeTo(one, 9) as number))
      )
    })

    it("Metric.confusion", () => {
      const metric: Metric.Metric = Metric.confusion()
      expect(metric.detail!(ofClasses(metric).state)).toEqual(figures.confusion)
    })

    it("Metric.auc, of two classes and of several", () => {
      expect(ofTwo(Metric.auc()).value).toBeCloseTo(figures.auc, 9)
      // The log-odds are rounded to 1/64.
      expect(ofClasses(Metric.auc()).value).toBeCloseTo(figures.auc_ovr, 2)
    })

    it("Metric.perplexity", () => {
      expect(ofClasses(Metric.perplexity()).value).toBeCloseTo(figures.perplexity, 5)
    })

    it("Metric.r2 and meanAbsoluteError", () => {
      const single = (rows: Rows) => rows.map((row) => [row[1]!])
      expect(measured(Metric.r2(), single(targets), single(outputs), 7, given).value).toBeCloseTo(
        figures.r2_single,
        6
      )
      expect(measured(Metric.r2(), targets, outputs, 7).value).toBeCloseTo(figures.r2, 6)
      expect(measured(Metric.meanAbsoluteError, targets, outputs, 7).value).toBeCloseTo(
        figures.mae,
        6
      )
    })

    it("Metric.eer and minDcf, each example a trial", () => {
      expect(ofTwo(Metric.eer()).value).toBeCloseTo(figures.eer, 9)
      const cost = { p_target: 0.05, c_miss: 2 }
      expect(ofTwo(Metric.minDcf(cost)).value).toBeCloseTo(figures.min_dcf, 9)
      if (given === undefined) {
        const trials = { scores: binary_logits, targets: binary_labels }
        expect(Metric.equalErrorRate(trials)).toBeCloseTo(figures.eer, 12)
        expect(Metric.minDetectionCost(trials, cost)).toBeCloseTo(figures.min_dcf, 12)
      }
    })
  })

  it("Metric.eer and minDcf pair the examples of all batches, by the cosine of their outputs", () => {
    const ofPairs = (metric: Metric.Metric, size: number) =>
      measured(metric, column(labels), logits, size).value
    for (const size of [7, 40]) {
      expect(ofPairs(Metric.eer({ trials: "pairs" }), size)).toBeCloseTo(references.pairs.eer, 3)
      expect(ofPairs(Metric.minDcf({ trials: "pairs" }), size)).toBeCloseTo(
        references.pairs.min_dcf,
        3
      )
    }
    const few = ofPairs(Metric.eer({ trials: "pairs", max_examples: 10 }), 7)
    const first = measured(
      Metric.eer({ trials: "pairs" }),
      column(labels.slice(0, 10)),
      logits.slice(0, 10),
      10
    )
    expect(few).toBe(first.value)
  })

  it("Metric.topK takes the class with the lower index first of equal logits, and none of NaN", () => {
    const top = (k: number, label: number, row: ReadonlyArray<number>) =>
      measured(Metric.topK({ k }), [[label]], [row], 1).value
    expect([0, 1, 2].map((label) => top(1, label, [1, 1, 1]))).toEqual([1, 0, 0])
    expect([0, 1, 2].map((label) => top(2, label, [1, 1, 1]))).toEqual([1, 1, 0])
    expect(top(2, 0, [NaN, 1, 2])).toBe(0)
    expect(top(1, 1, [-Infinity, Infinity, 2])).toBe(1)
  })
})

describe("Metric.equalErrorThreshold", () => {
  it("is the least score accepted where both errors are equal", () => {
    // Of three targets one lies below 0.5, of three non-targets one above.
    const trials = { scores: [0.9, 0.8, 0.7, 0.4, 0.3, 0.2], targets: [1, 0, 1, 1, 0, 0] }
    expect(Metric.equalErrorRate(trials)).toBeCloseTo(1 / 3, 12)
    expect(Metric.equalErrorThreshold(trials)).toBe(0.7)
    expect(Metric.equalErrorThreshold({ scores: [1, 2], targets: [0, 0] })).toBe(NaN)
  })

  it("is what the metric gives, to a bin of scores", () => {
    const metric = Metric.eerThreshold({ limit: 2 })
    const [scores, labels] = [
      [0.9, 0.8, 0.7, 0.4, 0.3, 0.2],
      [1, 0, 1, 1, 0, 0]
    ]
    const measured = Float32Array.from([...scores, ...labels, 1, 1, 1, 1, 1, 1])
    const state = metric.update(metric.init, measured, { size: 6 })
    expect(metric.compute(state, 6)).toBeCloseTo(0.7, 2)
  })
})

describe("Metric.equalErrorRate and minDetectionCost", () => {
  it("are 0 where scores tell all trials apart, and NaN without targets", () => {
    const apart = { scores: [0.9, 0.8, 0.1], targets: [true, true, false] }
    expect(Metric.equalErrorRate(apart)).toBe(0)
    expect(Metric.minDetectionCost(apart)).toBe(0)
    const none = { scores: [0.9, 0.1], targets: [0, 0] }
    expect(Metric.equalErrorRate(none)).toBe(NaN)
    expect(Metric.minDetectionCost(none)).toBe(NaN)
  })

  it("are ½ and 1 where all scores are equal", () => {
    const equal = { scores: [1, 1, 1, 1], targets: [1, 0, 1, 0] }
    expect(Metric.equalErrorRate(equal)).toBe(0.5)
    expect(Metric.minDetectionCost(equal)).toBe(1)
  })
})

describe("balancedWeights", () => {
  it("are those of scikit-learn's compute_class_weight", () => {
    const weights = balancedWeights(Int32Array.from(labels), 4)
    weights.forEach((weight, i) => expect(weight).toBeCloseTo(references.balanced_weights[i]!, 12))
  })

  it("count neither masked labels nor classes that do not occur", () => {
    expect(balancedWeights(Int32Array.of(0, 0, 0, 1, -1), 3)).toEqual([4 / 6, 2, 1])
  })
})
