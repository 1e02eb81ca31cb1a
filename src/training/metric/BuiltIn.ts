import * as Schema from "effect/Schema"
import { field, positiveInt } from "../../config/Field.js"
import { accuracy, binaryAccuracy, perplexity, topK } from "./accuracy.js"
import { auc } from "./auc.js"
import { confusion, f1, precision, recall, type AverageOptions } from "./confusion.js"
import { define } from "./DefineMetric.js"
import type { Metric } from "./Metric.js"
import { meanAbsoluteError, r2 } from "./regression.js"
import { eer, eerThreshold, minDcf } from "./trials.js"

const positive = Schema.Number.pipe(Schema.finite(), Schema.greaterThan(0))
const label = Schema.Number.pipe(Schema.int(), Schema.greaterThanOrEqualTo(0))
const probability = Schema.Number.pipe(Schema.greaterThan(0), Schema.lessThan(1))

const as = field(
  Schema.NullOr(Schema.NonEmptyString),
  null,
  "Another name for it, after train_ and val_; null: that of the metric."
)

/** The name that the config gives to a metric, if any. */
const named = (name: string | null) => (name === null ? {} : { name })

const averages = {
  average: field(
    Schema.Union(Schema.Literal("macro", "micro", "weighted"), label),
    "macro",
    "How the figures of the classes become one: the mean over classes, all labels together, the mean by how many labels a class has; or the figure of the one class of this label."
  ),
  as
}

const ofClasses = <const Name extends string>(
  name: Name,
  description: string,
  metric: (options: AverageOptions) => Metric
) =>
  define(name, {
    description,
    fields: averages,
    make: ({ as, average }) => metric({ average, ...named(as) })
  })

const trials = {
  trials: field(
    Schema.Literal("examples", "pairs"),
    "examples",
    "What is a trial: each example of a binary objective, its label 1 for the same speaker and its output the score; or each pair of examples, by whether their labels are equal and by the cosine of their outputs."
  ),
  limit: field(
    positive,
    32,
    'With "examples", the greatest magnitude of a score; scores are rounded to 1/2048 of it.'
  ),
  max_examples: field(
    positiveInt,
    2000,
    'With "pairs", how many examples of an epoch at most are paired, the first ones.'
  ),
  as
}

/** What `training.metrics` can name. */
export const builtIn = [
  define("accuracy", {
    description: "The share of labels whose class has the largest logit.",
    fields: {},
    make: (): Metric => either
  }),
  define("top_k", {
    description:
      "The share of labels whose class is among the k largest logits, measured as top_5_accuracy, for instance.",
    fields: { k: field(positiveInt, 5, "How many logits.") },
    make: ({ k }): Metric => topK({ k })
  }),
  ofClasses("precision", "The share of guesses of a class that are right.", precision),
  ofClasses("recall", "The share of labels of a class that are found.", recall),
  ofClasses("f1", "The harmonic mean of precision and recall.", f1),
  define("confusion", {
    description:
      "The confusion matrix: the test shows it, observers get that of each epoch; in the history its accuracy.",
    fields: {},
    make: (): Metric => confusion()
  }),
  define("auc", {
    description:
      "The area under the ROC curve; of several classes, the mean of each against all others.",
    fields: {},
    make: (): Metric => auc()
  }),
  define("perplexity", {
    description: "e to the mean cross-entropy of the labels.",
    fields: {},
    make: (): Metric => perplexity()
  }),
  define("mae", {
    description: "The mean absolute error.",
    fields: {},
    make: (): Metric => meanAbsoluteError
  }),
  define("r2", {
    description: "The coefficient of determination, R².",
    fields: {},
    make: (): Metric => r2()
  }),
  define("eer", {
    description: "The equal error rate over trials, of speaker verification.",
    fields: trials,
    make: ({ as, ...options }) => eer({ ...options, ...named(as) })
  }),
  define("eer_threshold", {
    description:
      "The score from which on trials are accepted at the equal error rate, of speaker verification.",
    fields: trials,
    make: ({ as, ...options }) => eerThreshold({ ...options, ...named(as) })
  }),
  define("min_dcf", {
    description: "The least detection cost over trials, minDCF, of speaker verification.",
    fields: {
      p_target: field(probability, 0.01, "How likely a trial of the same speaker is."),
      c_miss: field(positive, 1, "The cost of rejecting the same speaker."),
      c_false_alarm: field(positive, 1, "The cost of accepting another speaker."),
      ...trials
    },
    make: ({ as, ...options }) => minDcf({ ...options, ...named(as) })
  })
] as const

/** The accuracy of an objective with one logit for each label, or with one for each class. */
const either: Metric = {
  ...accuracy,
  objectives: ["binary", "classification"],
  measure: (labels, output, weights) =>
    (output.size === labels.size ? binaryAccuracy : accuracy).measure(labels, output, weights)
} as Metric
