import type * as Effect from "effect/Effect"
import type { Observer } from "../events/Observer.js"
import * as Stage from "../Stage.js"
import { t } from "../language/Text.js"
import { withWeights as runWith, type Run } from "../training/Run.js"

/**
 * A stage of an epoch that runs with other weights in the run's models: those that the registered part
 * of that name holds, an average say. The run's own come back when it ends.
 *
 * @example
 * ```ts
 * import { Stages } from "holdfast"
 *
 * // Measures the averaged weights that a hook has registered as "ema".
 * export const validate = Stages.withWeights("ema", Stages.validate)
 * ```
 */
export const withWeights = <In extends Run, E, R>(
  part: string,
  stage: Stage.Stage<In, Run, E, R>
): Stage.Stage<In, Run, E, R | Observer> =>
  Stage.make(stage.name, {
    ...stage,
    description: t`${stage.description}, with the weights of ${part}`,
    run: (run: In): Effect.Effect<Run, E, R | Observer> => runWith(run, part, stage.run(run))
  })
