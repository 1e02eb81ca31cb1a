import { adam, adamw } from "./Adam.js"
import { rmsprop } from "./RmsProp.js"
import { sgd } from "./Sgd.js"

/** The optimizers that `training.optimizer` can name unless a pipeline says otherwise, the default first. */
export const builtIn = [adam, adamw, sgd, rmsprop] as const
