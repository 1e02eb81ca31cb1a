import { constant, cosine, exponential, step } from "./ByEpoch.js"
import { oneCycle } from "./OneCycle.js"
import { plateau } from "./Plateau.js"

/** The schedules that `training.scheduler` can name unless a pipeline says otherwise, the default first. */
export const builtIn = [constant, cosine, step, exponential, plateau, oneCycle] as const
