import * as Effect from "effect/Effect"
import { type Pipeable, pipeArguments } from "effect/Pipeable"
import * as Predicate from "effect/Predicate"
import type * as Schema from "effect/Schema"
import { english } from "../language/Text.js"
import type { MetricError } from "../training/MetricError.js"
import type { AnyObjective } from "../training/Objective.js"
import type { Role } from "../training/Role.js"
import { isRun, type Run } from "../training/Run.js"
import type { ModelBuilder } from "../training/RunParts.js"
import type { RunPlan } from "../training/RunPlan.js"
import { StageError } from "../training/StageError.js"
import { renamed, stageAttribute, timed } from "./StageTimer.js"

/** Marks stages, also those of another copy of this module. */
export const TypeId: unique symbol = Symbol.for("holdfast/Stage") as never
export type TypeId = typeof TypeId

/** What a stage takes, checked when the pipeline runs: types are erased by then, and JavaScript has none. */
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
 * Stages are plain values. They are composed by `Pipeline.make`, `group` and `andThen`, drawn by
 * `holdfast show` without being run, and each run of one is a span of its name.
 */
export interface Stage<in In, out Out, out E = never, out R = never> extends Pipeable {
  readonly [TypeId]: TypeId
  readonly name: string
  readonly description: string
  /** The stages that this one is made of, for drawing. */
  readonly children: ReadonlyArray<Stage.Any>
  /**
   * Whether its children, run in order, are all that it does: `group` makes such stages. Inside of an
   * epoch each child is then a stage of the epoch.
   */
  readonly isGroup: boolean
  /**
   * Whether the stage leaves the run consistent at every moment it can be interrupted, as training
   * does after each step. Any other stage of an epoch is all or nothing: stopped halfway, it is
   * run again from its beginning.
   */
  readonly resumable: boolean
  /** What a stage of an epoch does for the others there, and needs of them. */
  readonly role?: Role | undefined
  /** What it takes; left out, whatever its types say. */
  readonly takes?: Takes | undefined
  /** What it gives, in the words of `takes`; left out, whatever its types say. */
  readonly gives?: string | undefined
  /** The schema of the config that it reads. */
  readonly schema?: Schema.Schema.AnyNoContext | undefined
  /** How it builds a model, for commands that use the model of a checkpoint. */
  readonly builds?: Builds | undefined
  /** What it makes known of a run before it, once the config is read. */
  readonly plan?: ((config: unknown) => RunPlan | null) | undefined
  /** Whether it can do its part of such a run; asked before the data is loaded. */
  readonly check?: ((plan: RunPlan) => Effect.Effect<void, StageError | MetricError>) | undefined
  /** What it does as soon as the config is read, so that mistakes show before the data is loaded. */
  readonly prepare?: ((config: unknown) => Effect.Effect<void, E, R>) | undefined
  readonly run: (input: In) => Effect.Effect<Out, E, R>
}

/** How a model is built, and what trains it. */
export interface Builds {
  readonly model: ModelBuilder<never, unknown, unknown>
  readonly objective: AnyObjective
}

export declare namespace Stage {
  /** Any stage, whatever its types. */
  export type Any = Stage<never, unknown, unknown, unknown>
  export type In<S> = S extends Stage<infer I, infer _O, infer _E, infer _R> ? I : never
  export type Out<S> = S extends Stage<infer _I, infer O, infer _E, infer _R> ? O : never
  export type Error<S> = S extends Stage<infer _I, infer _O, infer E, infer _R> ? E : never
  export type Context<S> = S extends Stage<infer _I, infer _O, infer _E, infer R> ? R : never

  /** One stage or more. */
  export type Some = readonly [Any, ...ReadonlyArray<Any>]
  /**
   * What `S` passes on of `In`: its output. A run stays the run that it got, and one that is acquired
   * has the config and the data that it got, so their types are kept through stages that ask for less.
   */
  export type Passed<In, S> =
    Out<S> extends Run<infer C, infer B>
      ? In extends Pick<Run<infer Known, infer KnownBatch>, "config" | "dataset">
        ? Run<C & Known, KnownBatch extends B ? KnownBatch : B & KnownBatch>
        : Out<S>
      : Out<S>
  /** What each of `Stages` gets, the first one `In`, and last what the last of them passes on. */
  export type Inputs<In, Stages extends ReadonlyArray<unknown>> = Stages extends readonly [
    infer S,
    ...infer Rest
  ]
    ? [In, ...Inputs<Passed<In, S>, Rest>]
    : [In]
  /** What the stage at `K` gets: from the stage before it, the first one `In`. */
  export type Given<In, Stages extends Some, K extends keyof Stages> = Inputs<In, Stages>[K &
    keyof Inputs<In, Stages>]
  /** `Stages`, each of which takes what the one before it gives, the first one `In`. */
  export type Chain<In, Stages extends Some> = {
    readonly [K in keyof Stages]: Stages[K] extends Stage<
      Given<In, Stages, K>,
      infer _O,
      infer _E,
      infer _R
    >
      ? Stages[K]
      : // The parameter that an error shows beside the stage that does not fit.
        Stage<Given<In, Stages, K>, unknown, unknown, unknown>
  }
  /** The last of `Stages`. */
  export type Last<Stages extends Some> = Stages extends readonly [...infer _, infer L] ? L : never
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
  options: Options<In, Out, E, R>
): Stage<In, Out, E, R> => {
  const { children = [], description, resumable = false, run, ...rest } = options
  const { takes } = rest
  return {
    [TypeId]: TypeId,
    name,
    description,
    children,
    isGroup: false,
    resumable,
    ...rest,
    pipe: pipeMethod,
    run: (input) =>
      takes === undefined || takes.accepts(input)
        ? spanned(name, run(input))
        : // A defect, since it cannot happen where types are checked.
          Effect.die(
            new StageError({
              reason: { _tag: "Input", stage: name, takes: takes.what, from: takes.from }
            })
          )
  }
}

/** A run of a stage: a span, and counted in the times of stages. */
const spanned = <A, E, R>(name: string, run: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  timed(name, Effect.withSpan(run, name, { attributes: { [stageAttribute]: true } }))

function pipeMethod(this: Stage.Any) {
  // oxlint-disable-next-line prefer-rest-params
  return pipeArguments(this, arguments)
}

/** What a stage is made of, beside its name. */
export interface Options<in In, out Out, out E, out R> extends Pick<
  Stage<In, Out, E, R>,
  "role" | "takes" | "gives" | "schema" | "builds" | "plan" | "check" | "prepare" | "run"
> {
  readonly description: string
  readonly children?: ReadonlyArray<Stage.Any>
  readonly resumable?: boolean
}

/** The same stage under another name, as when an epoch has it twice. The state of a stage keeps its name. */
export const named = <In, Out, E, R>(
  name: string,
  stage: Stage<In, Out, E, R>
): Stage<In, Out, E, R> => ({
  ...stage,
  name,
  run: (input) => spanned(name, renamed(name, stage.run(input)))
})

/** What every stage of an epoch takes. */
export const takesRun: Takes = { what: english`a run`, from: "restoreOrInit", accepts: isRun }
