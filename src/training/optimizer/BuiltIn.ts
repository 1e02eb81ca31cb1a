import { adadelta } from "./Adadelta.js"
import { adagrad } from "./Adagrad.js"
import { adam, adamw } from "./Adam.js"
import { adamax } from "./Adamax.js"
import { lamb } from "./Lamb.js"
import { lion } from "./Lion.js"
import { nadam } from "./Nadam.js"
import { rmsprop } from "./RmsProp.js"
import { sgd } from "./Sgd.js"

/** The optimizers that `training.optimizer` can name unless a pipeline says otherwise, the default first. */
export const builtIn = [
  adam,
  adamw,
  sgd,
  rmsprop,
  nadam,
  adamax,
  adagrad,
  adadelta,
  lion,
  lamb
] as const
