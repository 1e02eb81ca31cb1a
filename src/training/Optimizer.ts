import * as tf from "../tf.js"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { OptimizerConfig } from "../config/TrainingConfig.js"
import { t } from "../language/Text.js"
import { adam, adamw } from "./optimizer/Adam.js"
import { rmsprop } from "./optimizer/RmsProp.js"
import { sgd } from "./optimizer/Sgd.js"
import type { UpdateRule } from "./optimizer/UpdateRule.js"
import { decodeValues, StateError, type StateDict, type Stateful } from "./Stateful.js"

/**
 * Changes weights by their gradients, and remembers what it needs for the next time.
 *
 * Its state is `step`, the number of updates, and a tensor `<slot>.<weight>` of the weight's shape
 * for each slot of its rule. Nothing else enters an update, so a restored optimizer goes on to the
 * bit, which those of TensorFlow.js do not (its Adam recomputes powers of beta).
 */
export interface Optimizer extends Stateful {
  readonly name: string
  /** Updates each weight that has a gradient, synchronously. `learningRate` is that of this step. */
  readonly apply: (gradients: ReadonlyMap<string, tf.Tensor>, learningRate: number) => void
  /** Frees the slots. */
  readonly dispose: () => void
}

/** Makes the optimizer of the weights given by name. */
export type OptimizerFactory = (weights: ReadonlyMap<string, tf.Variable>) => Optimizer

/** An optimizer that follows `rule`. Its slots begin at zero. */
export const make =
  (rule: UpdateRule): OptimizerFactory =>
  (weights) => {
    let step = 0
    const slots = new Map(
      [...weights].map(([name, weight]) => [
        name,
        tf.tidy(() =>
          Object.fromEntries(
            rule.slots.map((slot) => [slot, tf.variable(tf.zerosLike(weight), false)])
          )
        )
      ])
    )

    const apply: Optimizer["apply"] = (gradients, learningRate) => {
      step += 1
      const update = rule.at(learningRate, step)
      // What has been assigned takes no memory twice, so one scope does for all weights.
      tf.tidy(() => {
        for (const [name, gradient] of gradients) {
          const weight = weights.get(name)!
          const own = slots.get(name)!
          const next = update({ weight, gradient, slots: own })
          for (const slot of rule.slots) own[slot]!.assign(next.slots[slot]!)
          weight.assign(next.weight)
        }
      })
    }

    const stateDict = (): StateDict => ({
      tensors: Object.fromEntries(
        [...slots].flatMap(([weight, own]) =>
          Object.entries(own).map(([slot, tensor]) => [`${slot}.${weight}`, tensor])
        )
      ),
      values: { name: rule.name, step }
    })

    const loadStateDict = Effect.fn("Optimizer.loadStateDict")(function* (state: StateDict) {
      const values = yield* decodeValues(t`the optimizer ${rule.name}`, Values)(state)
      for (const [weight, own] of slots) {
        for (const [slot, variable] of Object.entries(own)) {
          const saved = state.tensors[`${slot}.${weight}`]
          // A slot that the earlier run had no use for (momentum switched on since) begins at zero.
          if (saved === undefined) continue
          if (!tf.util.arraysEqual(saved.shape, variable.shape)) {
            return yield* new StateError({
              reason: "Mismatch",
              owner: t`the optimizer ${rule.name}`,
              detail: t`${slot}.${weight} is [${saved.shape}], the weight is [${variable.shape}]`
            })
          }
          tf.tidy(() => variable.assign(tf.clone(saved)))
        }
      }
      step = values.step
    })

    const dispose = () => {
      for (const own of slots.values()) Object.values(own).forEach((slot) => slot.dispose())
    }

    return { name: rule.name, apply, stateDict, loadStateDict, dispose }
  }

const Values = Schema.Struct({ name: Schema.String, step: Schema.NonNegativeInt })

/** The optimizer that `training.optimizer` asks for. */
export const fromConfig = (training: { readonly optimizer: OptimizerConfig }): OptimizerFactory =>
  make(ruleOf(training.optimizer))

const ruleOf = (config: OptimizerConfig): UpdateRule => {
  switch (config.name) {
    case "adam":
      return adam(config)
    case "adamw":
      return adamw(config)
    case "sgd":
      return sgd(config)
    case "rmsprop":
      return rmsprop(config)
  }
}
