import { cosine, cosineRestarts } from "./Cosine.js"
import { constant, exponential, linear, polynomial, step } from "./Decay.js"
import { oneCycle } from "./OneCycle.js"
import { plateau } from "./Plateau.js"
import { piecewise, table } from "./Points.js"

/** The schedules that `training.scheduler` can name unless a pipeline says otherwise, the default first. */
export const builtIn = [
  constant,
  cosine,
  step,
  exponential,
  plateau,
  oneCycle,
  linear,
  polynomial,
  cosineRestarts,
  piecewise,
  table
] as const
