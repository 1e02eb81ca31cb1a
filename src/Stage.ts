import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type * as Schema from "effect/Schema"
import type { Run } from "./training/Run.js"
import { cellOf } from "./training/StateCell.js"
import type { StateError } from "./training/Stateful.js"

/** Marks stages, also those of another copy of this module. */
export const TypeId: unique symbol = Symbol.for("holdfast/Stage") as never
export type TypeId = typeof TypeId

/**
 * A step of a pipeline: a name, a one-line description and an effect from input to output.
 *
 * Stages are plain values. They are composed by `Pipeline.make`, drawn by `holdfast show` without
 * being run, and each run of one is a span of its name.
 */
export interface Stage<in In, out Out, out E = never, out R = never> {
  readonly [TypeId]: TypeId
  readonly name: string
  readonly description: string
  /** The stages that this one is made of, for drawing. */
  readonly children: ReadonlyArray<Stage.Any>
  /**
   * Whether the stage leaves the run consistent at every moment it can be interrupted, as training
   * does after each step. Any other stage of an epoch is all or nothing: stopped half-way, it is
   * run again from its beginning.
   */
  readonly resumable: boolean
  readonly run: (input: In) => Effect.Effect<Out, E, R>
}

export declare namespace Stage {
  /** Any stage, whatever its types. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  export type Any = Stage<never, unknown, unknown, unknown>
  export type In<S> = S extends Stage<infer I, infer _O, infer _E, infer _R> ? I : never
  export type Out<S> = S extends Stage<infer _I, infer O, infer _E, infer _R> ? O : never
  export type Error<S> = S extends Stage<infer _I, infer _O, infer E, infer _R> ? E : never
  export type Context<S> = S extends Stage<infer _I, infer _O, infer _E, infer R> ? R : never
}

/** Whether `value` is a stage. */
export const isStage = (value: unknown): value is Stage.Any => Predicate.hasProperty(value, TypeId)

/**
 * Makes a stage.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Stage } from "holdfast"
 *
 * const double = Stage.make("double", {
 *   description: "twice the number",
 *   run: (n: number) => Effect.succeed(n * 2)
 * })
 * ```
 */
export const make = <In, Out, E = never, R = never>(
  name: string,
  options: {
    readonly description: string
    readonly children?: ReadonlyArray<Stage.Any>
    readonly resumable?: boolean
    readonly run: (input: In) => Effect.Effect<Out, E, R>
  }
): Stage<In, Out, E, R> => ({
  [TypeId]: TypeId,
  name,
  description: options.description,
  children: options.children ?? [],
  resumable: options.resumable ?? false,
  run: (input) => Effect.withSpan(options.run(input), name)
})

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
export const stateful = <A, I, E = never, R = never>(
  name: string,
  options: {
    readonly description: string
    readonly state: Schema.Schema<A, I>
    readonly initial: A
    readonly run: (run: Run, state: A) => Effect.Effect<A, E, R>
  }
): Stage<Run, Run, E | StateError, R> =>
  make(name, {
    description: options.description,
    run: (run) =>
      Effect.gen(function* () {
        const cell = yield* cellOf(run, name, options.state, options.initial)
        yield* cell.set(yield* options.run(run, cell.get()))
        return run
      })
  })
