export * from "./Metric.js"
export { mean, type MeanState } from "./mean.js"
export { accuracy, binaryAccuracy, perplexity, topK } from "./accuracy.js"
export {
  confusion,
  f1,
  precision,
  recall,
  type Average,
  type AverageOptions,
  type Counts
} from "./confusion.js"
export { auc, type AucState } from "./auc.js"
export { meanAbsoluteError, r2, type R2State } from "./regression.js"
export {
  eer,
  eerThreshold,
  equalErrorRate,
  equalErrorThreshold,
  minDcf,
  minDetectionCost,
  type DetectionCost,
  type TrialOptions,
  type Trials
} from "./trials.js"
export { builtIn } from "./BuiltIn.js"
export { define, listOf, type MetricsField } from "./DefineMetric.js"
