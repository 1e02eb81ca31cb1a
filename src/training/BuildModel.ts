import type { LayersModel } from "../tf.js"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { BackendError } from "../backends/BackendError.js"
import * as LayerStates from "../backends/tfjs/layers/LayerStates.js"
import { checkBuilt, type FitError } from "./Compatibility.js"
import { clearSeeds } from "./LayerSeeds.js"
import * as Random from "./Random.js"
import type { ModelBuilder, ModelInput } from "./RunParts.js"

/** Builds a model whose initial weights follow from the seed; it is disposed of with the scope. */
export const acquireModel = <C>(
  builder: ModelBuilder<C>,
  random: Random.Random,
  input: ModelInput<C>
): Effect.Effect<LayersModel, BackendError | FitError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try(() =>
      Random.withMathRandom(Random.generator(random, "init"), () => builder(input))
    ).pipe(
      Effect.catchAll(({ error }) =>
        error instanceof BackendError ? Effect.fail(error) : Effect.die(error)
      ),
      Effect.tap(checkBuilt),
      Effect.tap((model) => Effect.sync(() => clearSeeds(model)))
    ),
    (model) =>
      Effect.sync(() => {
        LayerStates.dispose(model)
        model.dispose()
      })
  )
