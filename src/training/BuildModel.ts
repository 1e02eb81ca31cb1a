import * as tf from "../tf.js"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { BackendError } from "../backends/BackendError.js"
import * as LayerStates from "../backends/tfjs/layers/LayerStates.js"
import { checkBuilt } from "./Compatibility.js"
import type { ModelMismatch } from "./ModelMismatch.js"
import { clearSeeds } from "./LayerSeeds.js"
import { seeded } from "./MathRandom.js"
import * as Random from "./Random.js"
import type { Models } from "./RunFields.js"
import type { BuiltModels, ModelBuilder, ModelInput } from "./RunParts.js"

/**
 * Builds the models of a run, by name; a single one is called `model`. Their initial weights follow
 * from the seed. They are disposed of with the scope.
 */
export const acquireModels = <C, E, R>(
  builder: ModelBuilder<C, E, R>,
  random: Random.Random,
  input: ModelInput<C>
): Effect.Effect<Models, BackendError | ModelMismatch | E, R | Scope.Scope> =>
  Effect.acquireRelease(
    Effect.suspend(() => {
      const draw = Random.generator(random, "init")
      return Effect.try(() => Random.withMathRandom(draw, () => builder(input))).pipe(
        Effect.catchAll(({ error }) => failOrDie(error)),
        Effect.flatMap((built): Effect.Effect<BuiltModels, BackendError | E, R> => {
          if (!Effect.isEffect(built)) return Effect.succeed(built)
          const defects = Effect.catchAllDefect(built, failOrDie)
          return Effect.interruptible(seeded(draw, defects))
        }),
        Effect.map(byName),
        Effect.tap(checkBuilt),
        Effect.tap((models) => Effect.sync(() => Object.values(models).forEach(clearSeeds)))
      )
    }),
    (models) =>
      Effect.sync(() => {
        for (const model of Object.values(models)) {
          LayerStates.dispose(model)
          model.dispose()
        }
      })
  )

/** A builder is the user's: what it throws is a bug of theirs, unless the backend reports it. */
const failOrDie = (error: unknown): Effect.Effect<never, BackendError> =>
  error instanceof BackendError ? Effect.fail(error) : Effect.die(error)

/** Checked next, as JavaScript may return anything. */
const byName = (built: BuiltModels): Models =>
  built instanceof tf.LayersModel || !isPlainObject(built) ? { model: built as never } : built

const isPlainObject = (value: unknown): value is Models =>
  typeof value === "object" &&
  value !== null &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value))
