import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Inspectable from "effect/Inspectable"
import { type Pipeable, pipeArguments } from "effect/Pipeable"
import * as Predicate from "effect/Predicate"
import type * as Schema from "effect/Schema"
import { yieldToEventLoop } from "./io/EventLoop.js"
import type { Sized } from "./data/Batch.js"
import { english, t } from "./language/Text.js"
import type { MetricError } from "./training/MetricError.js"
import type { RunPlan } from "./training/RunPlan.js"
import type { Role } from "./training/Role.js"
import { isRun, type Run, type RunConfig } from "./training/Run.js"
import { refuse, StageError, type StageErrorReason } from "./training/StageError.js"
import { cellOf } from "./training/StateCell.js"
import type { StateError } from "./training/Stateful.js"

export type { Monitored, Role } from "./training/Role.js"

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
  /** What it makes known of a run before it, once the config is read. */
  readonly plan?: ((config: unknown) => RunPlan | null) | undefined
  /** Whether it can do its part of such a run; asked before the data is loaded. */
  readonly check?: ((plan: RunPlan) => Effect.Effect<void, StageError | MetricError>) | undefined
  /** What it does as soon as the config is read, so that mistakes show before the data is loaded. */
  readonly prepare?: ((config: unknown) => Effect.Effect<void, E, R>) | undefined
  readonly run: (input: In) => Effect.Effect<Out, E, R>
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

/** The first of `stages`, the arguments of `within` from number `first` on, that is not a stage. */
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
    isGroup: false,
    resumable,
    ...rest,
    pipe: pipeMethod,
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

function pipeMethod(this: Stage.Any) {
  // oxlint-disable-next-line prefer-rest-params
  return pipeArguments(this, arguments)
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
 * Makes one stage of several, each of which takes what the one before it gives. `holdfast show` draws
 * it as a branch. Inside of an epoch its stages are stages of the epoch: each is saved and resumed by
 * its own name, so that a run resumes also where stages were grouped differently when it was saved.
 *
 * @example
 * ```ts
 * import { Stage, Stages } from "holdfast"
 *
 * export const assess = Stage.group(
 *   "assess",
 *   Stages.validate,
 *   Stages.stepScheduler,
 *   Stages.trackBest({ metric: "val_loss", mode: "min" })
 * )
 * export const epochs = Stages.epochs(Stages.trainEpoch, assess, Stages.checkpoint)
 * ```
 */
export const group = <const Stages extends Stage.Some>(
  name: string,
  ...stages: Stage.Chain<Stage.In<Stages[0]>, Stages>
): Stage<
  Stage.In<Stages[0]>,
  Stage.Out<Stage.Last<Stages>>,
  Stage.Error<Stages[number]>,
  Stage.Context<Stages[number]>
> => {
  const fault = faultIn("Stage.group", stages as ReadonlyArray<unknown>)
  if (fault !== null) refuse(fault, group)
  return grouped(name, stages as unknown as Stage.Some) as never
}

/**
 * The stage that runs `self` and then `that`: a group without a name of its own.
 *
 * @example
 * ```ts
 * import { Stage, Stages } from "holdfast"
 *
 * export const validateAndSave = Stages.validate.pipe(Stage.andThen(Stages.checkpoint))
 * ```
 */
export const andThen: {
  <Middle, Out, E2, R2>(
    that: Stage<Middle, Out, E2, R2>
  ): <In, E, R>(self: Stage<In, Middle, E, R>) => Stage<In, Out, E | E2, R | R2>
  <In, Middle, E, R, Out, E2, R2>(
    self: Stage<In, Middle, E, R>,
    that: Stage<Middle, Out, E2, R2>
  ): Stage<In, Out, E | E2, R | R2>
} = dual(2, (self: Stage.Any, that: Stage.Any): Stage.Any => {
  const parts: Stage.Some = [...joined(self), ...joined(that)]
  const fault = faultIn("Stage.andThen", parts)
  if (fault !== null) refuse(fault, andThen)
  return grouped(titleOf(parts), parts)
})

const titleOf = (stages: ReadonlyArray<Stage.Any>): string =>
  stages.map(({ name }) => name).join(" → ")

/** The stages that `andThen` has joined. */
const joined = (stage: Stage.Any): Stage.Some =>
  stage.isGroup && stage.name === titleOf(stage.children) ? (stage.children as Stage.Some) : [stage]

const grouped = (name: string, stages: Stage.Some): Stage.Any => ({
  ...make(name, {
    description: "",
    children: stages,
    takes: stages[0].takes,
    gives: stages[stages.length - 1]!.gives,
    run: inOrder(stages)
  }),
  isGroup: true
})

/** Runs `stages` from left to right, each with what the one before it gave. */
export const inOrder =
  (stages: ReadonlyArray<Stage.Any>) =>
  (input: unknown): Effect.Effect<unknown, unknown, unknown> =>
    stages.reduce<Effect.Effect<unknown, unknown, unknown>>(
      // A signal that arrived while one stage blocked is handled before the next one begins.
      (before, stage) =>
        Effect.flatMap(Effect.zipLeft(before, yieldToEventLoop), (out) => stage.run(out as never)),
      Effect.succeed(input)
    )

/** `stages`, with the stages of each group in its place. */
export const ungrouped = (stages: ReadonlyArray<Stage.Any>): ReadonlyArray<Stage.Any> =>
  stages.flatMap((stage) => (stage.isGroup ? ungrouped(stage.children) : [stage]))

/**
 * What is wrong with `stages`, the arguments of `within` after a name, as stages of one sequence whose
 * first one gets `given`; null: nothing.
 */
export const faultIn = (
  within: string,
  stages: ReadonlyArray<unknown>,
  given?: string
): StageErrorReason | null =>
  strangerIn(within, stages, 2) ?? wrongInput(ungrouped(stages as ReadonlyArray<Stage.Any>), given)

/** A stage that takes something other than the one before it gives, where both declare it. */
const wrongInput = (
  stages: ReadonlyArray<Stage.Any>,
  before: string | undefined
): StageErrorReason | null => {
  for (const [i, { name, takes }] of stages.entries()) {
    const given = i === 0 ? before : stages[i - 1]!.gives
    if (takes === undefined || given === undefined || given === takes.what) continue
    return { _tag: "Input", stage: name, takes: takes.what, from: takes.from }
  }
  return null
}

/** The same stage under another name, as when an epoch has it twice. The state of a stage keeps its name. */
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
