import * as tf from "../../tf.js"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { t } from "../../language/Text.js"
import * as Updates from "../../backends/Updates.js"
import { decodeValues, StateError, type Stateful } from "../Stateful.js"
import { tensorOf, type Weight } from "../Weights.js"

/** The step after which weights may enter an average. Epochs and steps count from 0. */
export interface AveragedStep {
  readonly epoch: number
  /** The step within the epoch. */
  readonly step: number
  readonly numEpochs: number
  /** Whether it is the last of its epoch. */
  readonly isLast: boolean
  /** Whether it has updated weights: not between two updates of `Optimizer.accumulate`. */
  readonly hasUpdated: boolean
}

/**
 * An average of the weights over training. From the first step that enters it on, it takes the place of
 * the weights wherever the run is validated, and where its best model is evaluated or restored;
 * training continues with its own weights. Checkpoints hold both.
 */
export interface Average {
  /** The name of its state in checkpoints. */
  readonly name: string
  /**
   * How much the weights after this step count in the average, from 0 to 1: average ← average +
   * share · (weight − average); null: not at all. `count` is how many steps have entered before it;
   * it must depend on nothing else, then training resumes exactly.
   */
  readonly share: (step: AveragedStep, count: number) => number | null
}

/** An average as a part of a run. */
export interface WeightAverage extends Stateful {
  readonly name: string
  /** Whether any step has entered it: before that, it holds no weights. */
  readonly isStarted: () => boolean
  /** Takes in the weights after a step, synchronously. */
  readonly afterStep: (step: AveragedStep) => void
}

/** Averages these weights, from nothing on. */
export const make = ({ name, share }: Average, weights: ReadonlyArray<Weight>): WeightAverage => {
  const floats = weights.filter((weight) => tensorOf(weight).dtype === "float32")
  const owner = t`the average ${name}`
  let count = 0
  let tensors: Readonly<Record<string, tf.Tensor>> = {}

  const replace = (next: typeof tensors) => {
    const before = tensors
    tensors = next
    tf.dispose({ ...before })
  }
  const next = (weight: Weight, share: number): tf.Tensor => {
    const value = tensorOf(weight)
    const mean = tensors[weight.name]
    return tf.keep(mean === undefined || share === 1 ? tf.clone(value) : toward(mean, value, share))
  }

  return {
    name,
    isStarted: () => count > 0,
    afterStep: (step) => {
      const now = share(step, count)
      if (now === null) return
      tf.tidy(() => replace(Object.fromEntries(floats.map((one) => [one.name, next(one, now)]))))
      count += 1
    },
    stateDict: () => ({ tensors, values: { count } }),
    loadStateDict: Effect.fn("WeightAverage.loadStateDict")(function* (state) {
      const saved = yield* decodeValues(owner, Values)(state)
      const held = Object.keys(state.tensors).length > 0
      for (const weight of floats) {
        const { shape } = tensorOf(weight)
        const found = state.tensors[weight.name]
        if (!held || (found !== undefined && tf.util.arraysEqual(found.shape, shape))) continue
        return yield* new StateError({
          reason: "Mismatch",
          owner,
          detail:
            found === undefined
              ? t`it has no ${weight.name}`
              : t`${weight.name} is [${found.shape}], the weight is [${shape}]`
        })
      }
      // An average that a hook of an earlier run has kept under this name has no count.
      count = held ? (saved.count ?? 1) : 0
      replace(
        held
          ? Object.fromEntries(
              floats.map(({ name }) => [name, tf.keep(tf.clone(state.tensors[name]!))])
            )
          : {}
      )
    }),
    reset: () => {
      count = 0
      replace({})
    },
    dispose: () => replace({})
  }
}

/** The average that takes the place of the weights now: the last that has started. */
export const active = <A extends Pick<WeightAverage, "isStarted">>(
  averages: ReadonlyArray<A>
): A | undefined => averages.findLast((average) => average.isStarted())

/** mean + share · (value − mean) */
const toward = (mean: tf.Tensor, value: tf.Tensor, share: number): tf.Tensor =>
  Updates.toward({ mean, value }, { share }) ?? tf.tidy(() => mean.add(value.sub(mean).mul(share)))

const Values = Schema.Struct({
  count: Schema.optionalWith(Schema.NonNegativeInt, { exact: true })
})
