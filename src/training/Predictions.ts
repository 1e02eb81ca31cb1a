import { exp, log } from "../backends/DeterministicMath.js"
import type { LabelledBatch, Sized, Values } from "../data/Batch.js"
import type { ExampleDescription } from "../data/Dataset.js"
import type { ConfusionMatrix, PerClass, WorstExamples } from "../events/MetricDetails.js"
import { arrayOf, isLabelled, lengthOf, masksOf, weightsOf } from "../data/Layout.js"
import type * as tf from "../tf.js"
import { labelWeights } from "./BatchTensors.js"
import { nameOf, type Head } from "./Heads.js"
import { f1Of, precisionOf, recallOf, type Tally } from "./metric/confusion.js"

/** How many examples are shown, and how many classes at most in a matrix and in columns. */
const [mostExamples, mostCells, mostClasses] = [24, 100, 1000]

/** What is shown of the predictions for a split, collected batch by batch. */
export interface Predictions {
  /** Takes in the batch whose first example is number `start`, with the outputs that `read` names. */
  readonly add: (batch: Sized, outputs: Readonly<Record<string, Values>>, start: number) => void
  /** `confusion_matrix`, `per_class` and `worst_examples`, after the name of the output if there are several. */
  readonly details: (
    split: string,
    describe: (index: number) => ExampleDescription
  ) => Readonly<Record<string, unknown>>
}

/** Whether a head says of each example which of some classes it is, by logits. */
const isClassifier = ({ field, objective }: Head): boolean => {
  const classes = field.classes?.length ?? 0
  return (
    lengthOf(field.shape) === 1 &&
    (objective.activation === "softmax"
      ? classes >= 2 && classes <= mostClasses
      : objective.activation === "sigmoid" && classes === 2)
  )
}

/** The outputs to be read for `collect`, by name; "" for an only one. */
export const outputsToRead = (
  heads: ReadonlyArray<Head>,
  outputs: ReadonlyArray<tf.Tensor>
): Record<string, tf.Tensor> =>
  Object.fromEntries(
    heads.filter(isClassifier).map(({ name, output }) => [name ?? "", outputs[output]!])
  )

/** Begins to collect for these heads. */
export const collect = (heads: ReadonlyArray<Head>): Predictions => {
  const all = heads.filter(isClassifier).map((head) => ({ head, collector: collector(head) }))
  return {
    add: (batch, outputs, start) => {
      if (!isLabelled(batch)) return
      for (const { collector, head } of all) collector.add(batch, outputs[head.name ?? ""], start)
    },
    details: (split, describe) =>
      Object.fromEntries(
        all.flatMap(({ collector, head }) =>
          Object.entries(collector.details(split, describe)).map(([name, value]) => [
            nameOf(head, name),
            value
          ])
        )
      )
  }
}

/** One of the worst examples so far. */
interface Kept {
  readonly index: number
  readonly label: number
  readonly predicted: number
  readonly probability: number
  readonly loss: number
}

const collector = (head: Head) => {
  const classes = head.field.classes!
  const count = classes.length
  const counts = count <= mostCells ? new Float64Array(count * count) : null
  const [labelled, guessed, right] = [0, 0, 0].map(() => new Float64Array(count)) as [
    Float64Array,
    Float64Array,
    Float64Array
  ]
  const worst: Array<Kept> = []
  const spread = log(count)
  /** What the loss of one more has to exceed. */
  let least = -1

  const keep = (one: Kept) => {
    const at = worst.findIndex(({ loss }) => loss < one.loss)
    worst.splice(at === -1 ? worst.length : at, 0, one)
    if (worst.length > mostExamples) worst.pop()
    if (worst.length === mostExamples) least = worst[mostExamples - 1]!.loss
  }

  const add = (batch: LabelledBatch, logits: Values | undefined, start: number) => {
    const labels = arrayOf<Values>(batch.labels, head.field.name)!
    const { size } = batch
    // A model of another shape than the labels ask for is none that can be shown.
    const width = logits === undefined ? 0 : logits.length / size
    if (width !== count && !(width === 1 && count === 2)) return
    const weights = labelWeights(1, weightsOf(batch, head.field), masksOf(batch, head.field), size)
    for (let i = 0; i < size; i++) {
      const weight = weights === null ? 1 : weights[i]!
      if (weight === 0) continue
      const label = labels[i]!
      const own = logitsOf(logits!, i, width)
      const predicted = likeliest(own)
      if (counts !== null) counts[label * count + predicted]! += weight
      labelled[label]! += weight
      guessed[predicted]! += weight
      if (label === predicted) right[label]! += weight
      // The loss is at most this: most examples need no exponentials.
      if (spread + own[predicted]! - own[label]! <= least) continue
      const { loss, probability } = softmax(own, label, predicted)
      if (loss > least) keep({ index: start + i, label, predicted, probability, loss })
    }
  }

  const tallies = (): ReadonlyArray<Tally> =>
    classes.map((_, i) => ({
      truePositives: right[i]!,
      falsePositives: guessed[i]! - right[i]!,
      falseNegatives: labelled[i]! - right[i]!
    }))

  const details = (split: string, describe: (index: number) => ExampleDescription) => {
    const all = tallies()
    const column = (figure: (tally: Tally) => number) => all.map((tally) => rounded(figure(tally)))
    const matrix: ConfusionMatrix | null = counts && {
      classes,
      counts: classes.map((_, i) =>
        Array.from(counts.subarray(i * count, (i + 1) * count), rounded)
      )
    }
    const perClass: PerClass = {
      classes,
      precision: column(precisionOf),
      recall: column(recallOf),
      f1: column(f1Of),
      support: Array.from(labelled, rounded)
    }
    const worstExamples: WorstExamples = {
      split,
      classes,
      examples: worst.map(({ index, label, loss, predicted, probability }) => {
        const { name, path = null, ...excerpt } = describe(index)
        return {
          index,
          name,
          path,
          ...excerpt,
          label: classes[label]!,
          predicted: classes[predicted]!,
          probability: rounded(probability),
          label_probability: rounded(exp(-loss)),
          loss: rounded(loss)
        }
      })
    }
    return {
      ...(matrix && { confusion_matrix: matrix }),
      per_class: perClass,
      worst_examples: worstExamples
    }
  }

  return { add, details }
}

/** The logits of example `i`. One logit is that of the second of two classes; that of the first is 0. */
const logitsOf = (all: Values, i: number, width: number): Values =>
  width === 1 ? Float32Array.of(0, all[i]!) : all.subarray(i * width, (i + 1) * width)

/** The likeliest class, the first of equal ones. */
const likeliest = (logits: Values): number => {
  let best = 0
  for (let k = 1; k < logits.length; k++) if (logits[k]! > logits[best]!) best = k
  return best
}

/** How likely the likeliest class is, and the cross-entropy of the label. */
const softmax = (logits: Values, label: number, predicted: number) => {
  const most = logits[predicted]!
  let sum = 0
  for (let k = 0; k < logits.length; k++) sum += exp(logits[k]! - most)
  const loss = log(sum) + most - logits[label]!
  return { probability: 1 / sum, loss: Number.isNaN(loss) ? Infinity : Math.max(0, loss) }
}

/** Six significant digits are enough to look at. */
const rounded = (x: number): number => (Number.isInteger(x) ? x : Number(x.toPrecision(6)))
