import type { TrainingConfig } from "../config/TrainingConfig.js"
import { made } from "../config/Choice.js"
import { accumulate } from "./optimizer/Accumulate.js"
import { builtIn } from "./optimizer/BuiltIn.js"
import { chain, type OptimizerFactory } from "./optimizer/Chain.js"
import { clips } from "./optimizer/Clip.js"
import { gradientNoise } from "./optimizer/Noise.js"
import { withGroups } from "./optimizer/ParameterGroups.js"
import type { GradientTransformation } from "./optimizer/GradientTransformation.js"
import type { UpdateRule } from "./optimizer/UpdateRule.js"

export { accumulate } from "./optimizer/Accumulate.js"
export { adadelta } from "./optimizer/Adadelta.js"
export { adagrad } from "./optimizer/Adagrad.js"
export { adam, adamw } from "./optimizer/Adam.js"
export { adamax } from "./optimizer/Adamax.js"
export { builtIn } from "./optimizer/BuiltIn.js"
export { chain, type Optimizer, type OptimizerFactory } from "./optimizer/Chain.js"
export { clipByGlobalNorm, clipByNorm, clipByValue } from "./optimizer/Clip.js"
export { define, oneOf } from "./optimizer/DefineOptimizer.js"
export { mapGradients, weightDecay } from "./optimizer/GradientTransformation.js"
export { lamb } from "./optimizer/Lamb.js"
export { lion } from "./optimizer/Lion.js"
export { nadam } from "./optimizer/Nadam.js"
export { gradientNoise, type GradientNoise } from "./optimizer/Noise.js"
export { biasesAndNorms, withGroups, type ParameterGroup } from "./optimizer/ParameterGroups.js"
export { rmsprop } from "./optimizer/RmsProp.js"
export { sgd } from "./optimizer/Sgd.js"

/** What `fromConfig` reads of the `training` section. */
export type OptimizerFields = Pick<TrainingConfig, "optimizer"> &
  Partial<
    Pick<
      TrainingConfig,
      "gradient_accumulation_steps" | "gradient_clip" | "gradient_noise" | "parameter_groups"
    >
  >

/**
 * The optimizer that the config asks for: `training.gradient_accumulation_steps`, then
 * `gradient_clip`, then `gradient_noise`, then `optimizer`, as `parameter_groups` say, by the choices of
 * the config's schema. Throws where the config
 * was written in code and names neither a built-in optimizer nor clip.
 */
export const fromConfig = (training: OptimizerFields): OptimizerFactory => {
  const { gradient_accumulation_steps: steps = 1, gradient_clip = null, optimizer } = training
  const { gradient_noise = null, parameter_groups = [] } = training
  const rule = made<UpdateRule>(optimizer, builtIn)
  return chain(
    ...(steps === 1 ? [] : [accumulate(steps)]),
    ...(gradient_clip === null ? [] : [made<GradientTransformation>(gradient_clip, clips)]),
    ...(gradient_noise === null ? [] : [gradientNoise(gradient_noise)]),
    parameter_groups.length === 0 ? rule : withGroups(rule, parameter_groups)
  )
}
