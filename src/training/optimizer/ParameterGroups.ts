import type { TrainingConfig } from "../../config/TrainingConfig.js"
import { matches } from "../../config/Glob.js"
import { t } from "../../language/Text.js"
import type { UpdateInput, Updated, UpdateRule } from "./UpdateRule.js"

/** Weights by the patterns of their names, and how they are trained, as `training.parameter_groups` has it. */
export type ParameterGroup = Pick<TrainingConfig["parameter_groups"][number], "weights"> &
  Partial<TrainingConfig["parameter_groups"][number]>

/**
 * The patterns of biases, and of what normalization layers scale and shift by, which are usually left
 * out of weight decay.
 */
export const biasesAndNorms = ["*bias", "*.gamma", "*.beta"] as const

/** Whether a weight is in a group. */
export const isIn = ({ weights }: ParameterGroup, name: string): boolean =>
  [weights].flat().some((pattern) => matches(pattern, name))

/** What the groups say of a weight together: a later group overrides an earlier one, field by field. */
export const settingsOf = (
  groups: ReadonlyArray<ParameterGroup>,
  name: string
): Omit<ParameterGroup, "weights"> =>
  groups
    .filter((group) => isIn(group, name))
    .reduce((settings, group) => ({ ...settings, ...defined(group) }), {})

const defined = <A extends object>(group: A): Partial<A> =>
  Object.fromEntries(Object.entries(group).filter(([, value]) => value != null)) as Partial<A>

/** How the weights of some groups are updated: by the rule, with another rate or decay. */
interface Variant {
  readonly rule: Pick<UpdateRule, "at">
  readonly factor: number
}

/**
 * `rule`, with the learning rates and weight decays of parameter groups. Throws where a group sets a
 * weight decay and the rule has none.
 *
 * @example
 * ```ts
 * import { Optimizer } from "holdfast"
 *
 * // Slow for the layers of the base, and no decay of biases and norms.
 * const optimizer = () =>
 *   Optimizer.chain(
 *     Optimizer.withGroups(Optimizer.adamw.make({ weight_decay: 0.05 }), [
 *       { weights: "base_*", learning_rate_factor: 0.1 },
 *       { weights: Optimizer.biasesAndNorms, weight_decay: 0 }
 *     ])
 *   )
 * ```
 */
export const withGroups = (rule: UpdateRule, groups: ReadonlyArray<ParameterGroup>): UpdateRule => {
  const { withWeightDecay } = rule
  const decays = groups.some(({ weight_decay }) => weight_decay != null)
  if (decays && withWeightDecay === undefined) {
    throw new Error(
      t`the optimizer ${rule.name} has no weight_decay, which training.parameter_groups sets; leave it out there`
    )
  }
  const variants = new Map<string, Variant>()
  const byName = new Map<string, Variant>()
  const variantOf = (name: string): Variant => {
    const known = byName.get(name)
    if (known !== undefined) return known
    const { learning_rate_factor, weight_decay } = settingsOf(groups, name)
    const factor = learning_rate_factor ?? 1
    const key = `${factor}/${weight_decay}`
    const own = weight_decay == null ? rule : withWeightDecay!(weight_decay)
    const variant = variants.get(key) ?? { rule: own, factor }
    variants.set(key, variant)
    byName.set(name, variant)
    return variant
  }
  return {
    ...rule,
    at: (learningRate, step) => {
      const updates = new Map<Variant, (input: UpdateInput) => Updated>()
      return (input) => {
        const variant = variantOf(input.name)
        const update = updates.get(variant) ?? variant.rule.at(learningRate * variant.factor, step)
        updates.set(variant, update)
        return update(input)
      }
    }
  }
}
