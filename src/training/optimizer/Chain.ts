import type { Rng } from "../../data/Dataset.js"
import type { Tensor, Variable } from "../../tf.js"
import * as tf from "../../tf.js"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { t } from "../../language/Text.js"
import { decodeValues, StateError, type StateDict, type Stateful } from "../Stateful.js"
import type { Gradients, GradientTransformation } from "./GradientTransformation.js"
import type { UpdateRule } from "./UpdateRule.js"

/**
 * Changes weights by their gradients, and keeps what it needs for the next step.
 *
 * Its state is `step`, the number of updates, a tensor `<slot>.<weight>` of the weight's shape for each
 * slot of its chain, and the chain's counters. Nothing else enters an update, so a restored optimizer
 * continues to the bit, which those of TensorFlow.js do not (its Adam recomputes powers of beta).
 */
export interface Optimizer extends Stateful {
  /** The name of its update rule, by which a checkpoint tells whether its state is of this one. */
  readonly name: string
  /**
   * Takes in the gradients of a step, synchronously, by the names of their weights. Gives whether it
   * has updated the weights: not between two updates of `accumulate`. What is random in the chain is
   * drawn from `rng`, and throws without it.
   */
  readonly apply: (gradients: Gradients, learningRate: number, rng?: Rng) => boolean
  /** Frees the slots. */
  readonly dispose: () => void
}

/** Makes the optimizer of the weights given by name, those that are trained. */
export type OptimizerFactory = (weights: ReadonlyMap<string, Variable>) => Optimizer

/**
 * An optimizer that runs the gradients of each step through transformations, in order, and then
 * updates the weights by a rule. Slots and counters begin at zero. Throws where two links have a slot
 * or a counter of the same name.
 *
 * @example
 * ```ts
 * import { Optimizer } from "holdfast"
 *
 * const optimizer = () =>
 *   Optimizer.chain(
 *     Optimizer.accumulate(4),
 *     Optimizer.clipByGlobalNorm(1),
 *     Optimizer.adamw.make({ weight_decay: 0.05 })
 *   )
 * ```
 */
export const chain = (
  ...links: readonly [...transformations: ReadonlyArray<GradientTransformation>, rule: UpdateRule]
): OptimizerFactory => {
  const transformations = links.slice(0, -1) as ReadonlyArray<GradientTransformation>
  const rule = links[links.length - 1] as UpdateRule
  const slotNames = distinct([...transformations.flatMap(({ slots = [] }) => slots), ...rule.slots])
  const counterNames = transformations.flatMap(({ counters = [] }) => counters)
  distinct(["name", "step", ...counterNames])
  const Values = Schema.Struct({
    name: Schema.String,
    step: Schema.NonNegativeInt,
    ...Object.fromEntries(counterNames.map((name) => [name, counter]))
  })
  const owner = t`the optimizer ${rule.name}`

  return (weights) => {
    let step = 0
    const counters = Object.fromEntries(counterNames.map((name) => [name, 0]))
    const slots = new Map(
      [...weights].map(([name, weight]) => [
        name,
        tf.tidy(() =>
          Object.fromEntries(
            slotNames.map((slot) => [slot, tf.variable(tf.zerosLike(weight), false)])
          )
        )
      ])
    )

    /** The gradients that the rule reads; null: it has none to read in this step. */
    const transformed = (gradients: Gradients, rng: Rng): Gradients | null => {
      let current: Gradients | null = gradients
      for (const { transform } of transformations) {
        const next = transform({
          gradients: current,
          weights,
          slots,
          counters,
          step: step + 1,
          rng
        })
        for (const [weight, values] of next.slots ?? []) {
          for (const slot in values) assign(slots.get(weight)![slot]!, values[slot]!)
        }
        Object.assign(counters, next.counters)
        current = next.gradients
        if (current === null) break
      }
      return current
    }

    const apply: Optimizer["apply"] = (gradients, learningRate, rng = noRng) =>
      // What has been assigned takes no memory twice, so one scope does for all weights.
      tf.tidy(() => {
        const ready = transformations.length === 0 ? gradients : transformed(gradients, rng)
        if (ready === null) return false
        step += 1
        const update = rule.at(learningRate, step)
        for (const [name, gradient] of ready) {
          const weight = weights.get(name)!
          const own = slots.get(name)!
          const next = update({ name, weight, gradient, slots: own })
          for (const slot of rule.slots) assign(own[slot]!, next.slots[slot]!)
          assign(weight, next.weight)
        }
        return true
      })

    const stateDict = (): StateDict => ({
      tensors: Object.fromEntries(
        [...slots].flatMap(([weight, own]) =>
          Object.entries(own).map(([slot, tensor]) => [`${slot}.${weight}`, tensor])
        )
      ),
      values: { name: rule.name, step, ...counters }
    })

    const loadStateDict = Effect.fn("Optimizer.loadStateDict")(function* (state: StateDict) {
      const { name: _, step: updates, ...counted } = yield* decodeValues(owner, Values)(state)
      for (const [weight, own] of slots) {
        for (const [slot, variable] of Object.entries(own)) {
          const saved = state.tensors[`${slot}.${weight}`]
          if (saved !== undefined && !tf.util.arraysEqual(saved.shape, variable.shape)) {
            return yield* new StateError({
              reason: "Mismatch",
              owner,
              detail: t`${slot}.${weight} is [${saved.shape}], the weight is [${variable.shape}]`
            })
          }
          // A slot that the earlier run did not have (momentum switched on since) begins at zero.
          tf.tidy(() => variable.assign(saved ? tf.clone(saved) : tf.zerosLike(variable)))
        }
      }
      step = updates
      Object.assign(counters, counted)
    })

    const dispose = () => {
      for (const own of slots.values()) Object.values(own).forEach((slot) => slot.dispose())
    }

    return { name: rule.name, apply, stateDict, loadStateDict, dispose }
  }
}

const noRng: Rng = () => {
  throw new Error(t`a link of the optimizer's chain draws random numbers: give apply a generator`)
}

/** One that the earlier run did not have begins at zero. */
const counter = Schema.optionalWith(Schema.JsonNumber, { default: () => 0 })

/** A link may give back the very tensor that it read; to assign a variable to itself would free it. */
const assign = (variable: Variable, value: Tensor) => {
  if (value !== variable) variable.assign(value)
}

const distinct = (names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice === undefined) return names
  throw new Error(
    t`two links of the optimizer's chain keep something under the name ${twice}; rename one, since a checkpoint tells them apart by name`
  )
}
