import * as tf from "../../tf.js"
import type { GradientTransformation } from "./GradientTransformation.js"

/**
 * Averages the gradients of `steps` steps and lets the next link update the weights in every
 * `steps`-th step only, as Keras and Optax (MultiSteps) do. Each step counts the same, however many
 * examples it has. Steps are counted through all epochs: what an epoch leaves over counts toward the
 * first update of the next, and what the run leaves over at its end is not used.
 *
 * The sums and the count are part of every checkpoint, so that a run interrupted between two updates
 * resumes exactly. Resumed with `steps` lowered to no more than are summed already, the next step
 * updates. A weight without a gradient in the step that updates keeps its sum.
 */
export const accumulate = (steps: number): GradientTransformation => ({
  slots: ["gradient_sum"],
  counters: ["accumulated"],
  transform: ({ counters, gradients, slots }) => {
    const accumulated = counters["accumulated"]! + 1
    const sums = [...gradients].map(
      ([name, gradient]) => [name, slots.get(name)!["gradient_sum"]!.add(gradient)] as const
    )
    return accumulated < steps
      ? {
          gradients: null,
          slots: new Map(sums.map(([name, gradient_sum]) => [name, { gradient_sum }])),
          counters: { accumulated }
        }
      : {
          gradients: new Map(sums.map(([name, sum]) => [name, sum.div(accumulated)])),
          slots: new Map(sums.map(([name, sum]) => [name, { gradient_sum: tf.zerosLike(sum) }])),
          counters: { accumulated: 0 }
        }
  }
})
