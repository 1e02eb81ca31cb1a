export * from "./Metric.js"
export { mean, type MeanState } from "./mean.js"
export { accuracy, binaryAccuracy, meanAbsoluteError } from "./accuracy.js"
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
