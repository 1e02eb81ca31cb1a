/**
 * A training run, as a stage sees it: read-only fields typed by the config, and what a stage can ask
 * of it. How it is saved and resumed is internal.
 */
export {
  logMetrics,
  metrics,
  position,
  register,
  save,
  stop,
  summaries,
  weights,
  withWeights,
  type Run,
  type RunConfig
} from "./training/Run.js"
