import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as Predicate from "effect/Predicate"
import type * as Schema from "effect/Schema"
import { english, t } from "./language/Text.js"
import type { MetricError } from "./training/MetricError.js"
import type { RunPlan } from "./training/RunPlan.js"
import type { Role } from "./training/Role.js"
import { isRun, type Run } from "./training/Run.js"
import { StageError, type StageErrorReason } from "./training/StageError.js"
import { cellOf } from "./training/StateCell.js"
import type { StateError } from "./training/Stateful.js"

export type { Monitored, Role } from "./training/Role.js"

/** Marks stages, also those of another copy of this module. */
export const TypeId: unique symbol = Symbol.for("holdfast/Stage") as never
export type TypeId = typeof TypeId

/**
 * What a stage takes, where there are no types to tell: TypeScript's are gone when a pipeline runs,
 * and JavaScript has none.
 */
export interface Takes {
  /** "the config" */
  readonly what: string
  /** The stage that gives it. */
  readonly from: string
  readonly accepts: (input: unknown) => boolean
}

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
  /** What a stage of an epoch does for the others there, and needs of them. */
  readonly role?: Role | undefined
  /** What it takes; left out, whatever its types say. */
  readonly takes?: Takes | undefined
  /** What it gives, in the words of `takes`; left out, whatever its types say. */
  readonly gives?: string | undefined
  /** What it makes known of a run before it, once the config is read. */
  readonly plan?: ((config: unknown) => RunPlan | null) | undefined
  /** Whether it can do its part of such a run; asked before the data is loaded. */
  readonly check?: ((plan: RunPlan) => Effect.Effect<void, StageError | MetricError>) | undefined
  /** What it does as soon as the config is read, so that mistakes show before the data is loaded. */
  readonly prepare?: (config: unknown) => Effect.Effect<void, E, R>
  readonly run: (input: In) => Effect.Effect<Out, E, R>
}

export declare namespace Stage {
  /** Any stage, whatever its types. */
  export type Any = Stage<never, unknown, unknown, unknown>
  export type In<S> = S extends Stage<infer I, infer _O, infer _E, infer _R> ? I : never
  export type Out<S> = S extends Stage<infer _I, infer O, infer _E, infer _R> ? O : never
  export type Error<S> = S extends Stage<infer _I, infer _O, infer E, infer _R> ? E : never
  export type Context<S> = S extends Stage<infer _I, infer _O, infer _E, infer R> ? R : never
}

/** Whether `value` is a stage. */
export const isStage = (value: unknown): value is Stage.Any => Predicate.hasProperty(value, TypeId)

/** The first of `stages`, the arguments of `within` from number `first` on, that is no stage. */
export const strangerIn = (
  within: string,
  stages: ReadonlyArray<unknown>,
  first: number
): StageErrorReason | null => {
  const index = stages.findIndex((stage) => !isStage(stage))
  if (index === -1) return null
  const found = Predicate.isFunction(stages[index])
    ? t`the function ${stages[index].name}`
    : Inspectable.toStringUnknown(stages[index], 0).slice(0, 60)
  return { _tag: "NotAStage", within, position: first + index, found }
}

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
  options: Options<In, Out, E, R>
): Stage<In, Out, E, R> => {
  const { children = [], description, resumable = false, run, ...rest } = options
  const { takes } = rest
  return {
    [TypeId]: TypeId,
    name,
    description,
    children,
    resumable,
    ...rest,
    run: (input) =>
      takes === undefined || takes.accepts(input)
        ? Effect.withSpan(run(input), name)
        : // A defect, since it cannot happen where types are checked.
          Effect.die(
            new StageError({
              reason: { _tag: "Input", stage: name, takes: takes.what, from: takes.from }
            })
          )
  }
}

/** What a stage is made of, beside its name. */
export interface Options<in In, out Out, out E, out R> extends Pick<
  Stage<In, Out, E, R>,
  "role" | "takes" | "gives" | "plan" | "check" | "prepare" | "run"
> {
  readonly description: string
  readonly children?: ReadonlyArray<Stage.Any>
  readonly resumable?: boolean
}

/**
 * The same stage under another name, as when an epoch has two of it. The state of a stage stays under
 * the name that it was made with.
 */
export const named = <In, Out, E, R>(
  name: string,
  stage: Stage<In, Out, E, R>
): Stage<In, Out, E, R> => ({
  ...stage,
  name,
  run: (input) => Effect.withSpan(stage.run(input), name)
})

/** What every stage of an epoch takes. */
export const takesRun: Takes = { what: english`a run`, from: "restoreOrInit", accepts: isRun }

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
    readonly role?: Role
    readonly run: (run: Run, state: A) => Effect.Effect<A, E, R>
  }
): Stage<Run, Run, E | StateError, R> =>
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
