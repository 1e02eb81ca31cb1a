import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type { Sized } from "../data/Batch.js"
import type { Role } from "../training/Role.js"
import type { Run, RunConfig } from "../training/Run.js"
import { cellOf } from "../training/StateCell.js"
import type { StateError } from "../training/Stateful.js"
import { make, type Stage, takesRun } from "./Stage.js"

/**
 * Makes an epoch stage with a state of its own, which every checkpoint saves and every resumption
 * restores. `run` gets the state and gives the next one; `state` is the schema by which it becomes
 * JSON.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 * import { Run, Stage } from "holdfast"
 *
 * const countDown = Stage.stateful("countDown", {
 *   description: "stop after five epochs",
 *   state: Schema.Struct({ left: Schema.Int }),
 *   initial: { left: 5 },
 *   run: (run, { left }) =>
 *     Effect.as(left === 1 ? Run.stop(run, "counted down") : Effect.void, { left: left - 1 })
 * })
 * ```
 */
export const stateful = <
  A,
  I,
  E = never,
  R = never,
  C extends RunConfig = RunConfig,
  B extends Sized = Sized
>(
  name: string,
  options: {
    readonly description: string
    readonly state: Schema.Schema<A, I>
    readonly initial: A
    readonly role?: Role
    readonly run: (run: Run<C, B>, state: A) => Effect.Effect<A, E, R>
  }
): Stage<Run<C, B>, Run<C, B>, E | StateError, R> =>
  make(name, {
    description: options.description,
    role: { ...options.role, state: name },
    takes: takesRun,
    gives: takesRun.what,
    run: (run) =>
      Effect.gen(function* () {
        const cell = yield* cellOf(run, name, options.state, options.initial)
        yield* cell.set(yield* options.run(run, cell.get()))
        return run
      })
  })
