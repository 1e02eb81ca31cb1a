import * as Effect from "effect/Effect"
import { t } from "../language/Text.js"
import type { Measurement } from "./measure.js"
import { Backend, type BackendName, backendNames } from "./Backend.js"
import { tolerance } from "./Tolerance.js"

/** What became of a backend on this machine. */
export type Examination =
  | { readonly name: BackendName; readonly available: false; readonly why: string }
  | ({ readonly name: BackendName; readonly available: true } & Measurement)

/** Whether the gradients of a backend that could be tried are as they should be. */
export const isRight = (examination: Extract<Examination, { readonly available: true }>): boolean =>
  examination.gradientError <= tolerance

/**
 * Tries every backend, one after the other, about `seconds` each: does it start, is its gradient right,
 * and how fast is it. Leaves another backend the current one than before.
 */
export const examineAll = (seconds: number): Effect.Effect<ReadonlyArray<Examination>> =>
  Effect.forEach(backendNames, (name) =>
    Effect.gen(function* () {
      yield* Backend
      const { measure } = yield* Effect.promise(() => import("./measure.js"))
      return { name, available: true, ...(yield* measure(seconds)) } as const
    }).pipe(
      Effect.provide(Backend.layer(name)),
      Effect.catchAll(({ detail }) =>
        Effect.succeed({ name, available: false, why: detail } as const)
      )
    )
  )

/** An examination in a line for people. */
export const describe = (examination: Examination): string => {
  if (!examination.available) return t`${examination.name}: not available: ${examination.why}`
  const { name, gradientError, step } = examination
  const verdict = isRight(examination) ? t`gradients right` : t`GRADIENTS WRONG`
  const percent = (gradientError * 100).toFixed(2)
  return t`${name}: ${verdict} (${percent} % off the measured slope), ${step.toFixed(1)} ms a step`
}
