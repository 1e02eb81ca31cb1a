import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import { yieldToEventLoop } from "./io/EventLoop.js"
import { strangerIn, type Stage } from "./Stage.js"
import { abortable } from "./training/Abort.js"
import { Preflight } from "./training/RunPlan.js"
import { refuse, type StageErrorReason } from "./training/StageError.js"

/** Marks pipelines, also those of another copy of this module. */
export const TypeId: unique symbol = Symbol.for("holdfast/Pipeline") as never
export type TypeId = typeof TypeId

/** Named stages, one after another: what the CLI draws and runs. */
export interface Pipeline<out Out, out E = never, out R = never> {
  readonly [TypeId]: TypeId
  readonly name: string
  readonly stages: ReadonlyArray<Stage.Any>
  /** The whole pipeline as one effect. What its stages acquired is released when it ends. */
  readonly run: Effect.Effect<Out, E, Exclude<R, Scope.Scope>>
}

export declare namespace Pipeline {
  /** Any pipeline, whatever its types. */
  export type Any = Pipeline<unknown, unknown, unknown>
}

/** Whether `value` is a pipeline. */
export const isPipeline = (value: unknown): value is Pipeline.Any =>
  Predicate.hasProperty(value, TypeId)

/**
 * Composes stages from left to right: each gets what the one before it gave, the first gets
 * nothing. A stage that does not fit the one before it does not compile, and the pipeline's errors
 * and services are those of all its stages.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Pipeline, Stage } from "holdfast"
 *
 * const answer = Stage.make("answer", {
 *   description: "begin with a number",
 *   run: (_: void) => Effect.succeed(21)
 * })
 * const double = Stage.make("double", {
 *   description: "twice the number",
 *   run: (n: number) => Effect.succeed(n * 2)
 * })
 *
 * export default Pipeline.make("doubling", answer, double)
 * ```
 */
export const make: {
  <A, E1, R1>(name: string, a: Stage<void, A, E1, R1>): Pipeline<A, E1, R1>
  <A, E1, R1, B, E2, R2>(
    name: string,
    a: Stage<void, A, E1, R1>,
    b: Stage<A, B, E2, R2>
  ): Pipeline<B, E1 | E2, R1 | R2>
  <A, E1, R1, B, E2, R2, C, E3, R3>(
    name: string,
    a: Stage<void, A, E1, R1>,
    b: Stage<A, B, E2, R2>,
    c: Stage<B, C, E3, R3>
  ): Pipeline<C, E1 | E2 | E3, R1 | R2 | R3>
  <A, E1, R1, B, E2, R2, C, E3, R3, D, E4, R4>(
    name: string,
    a: Stage<void, A, E1, R1>,
    b: Stage<A, B, E2, R2>,
    c: Stage<B, C, E3, R3>,
    d: Stage<C, D, E4, R4>
  ): Pipeline<D, E1 | E2 | E3 | E4, R1 | R2 | R3 | R4>
  <A, E1, R1, B, E2, R2, C, E3, R3, D, E4, R4, F, E5, R5>(
    name: string,
    a: Stage<void, A, E1, R1>,
    b: Stage<A, B, E2, R2>,
    c: Stage<B, C, E3, R3>,
    d: Stage<C, D, E4, R4>,
    e: Stage<D, F, E5, R5>
  ): Pipeline<F, E1 | E2 | E3 | E4 | E5, R1 | R2 | R3 | R4 | R5>
  <A, E1, R1, B, E2, R2, C, E3, R3, D, E4, R4, F, E5, R5, G, E6, R6>(
    name: string,
    a: Stage<void, A, E1, R1>,
    b: Stage<A, B, E2, R2>,
    c: Stage<B, C, E3, R3>,
    d: Stage<C, D, E4, R4>,
    e: Stage<D, F, E5, R5>,
    f: Stage<F, G, E6, R6>
  ): Pipeline<G, E1 | E2 | E3 | E4 | E5 | E6, R1 | R2 | R3 | R4 | R5 | R6>
  <A, E1, R1, B, E2, R2, C, E3, R3, D, E4, R4, F, E5, R5, G, E6, R6, H, E7, R7>(
    name: string,
    a: Stage<void, A, E1, R1>,
    b: Stage<A, B, E2, R2>,
    c: Stage<B, C, E3, R3>,
    d: Stage<C, D, E4, R4>,
    e: Stage<D, F, E5, R5>,
    f: Stage<F, G, E6, R6>,
    g: Stage<G, H, E7, R7>
  ): Pipeline<H, E1 | E2 | E3 | E4 | E5 | E6 | E7, R1 | R2 | R3 | R4 | R5 | R6 | R7>
  <A, E1, R1, B, E2, R2, C, E3, R3, D, E4, R4, F, E5, R5, G, E6, R6, H, E7, R7, I, E8, R8>(
    name: string,
    a: Stage<void, A, E1, R1>,
    b: Stage<A, B, E2, R2>,
    c: Stage<B, C, E3, R3>,
    d: Stage<C, D, E4, R4>,
    e: Stage<D, F, E5, R5>,
    f: Stage<F, G, E6, R6>,
    g: Stage<G, H, E7, R7>,
    h: Stage<H, I, E8, R8>
  ): Pipeline<I, E1 | E2 | E3 | E4 | E5 | E6 | E7 | E8, R1 | R2 | R3 | R4 | R5 | R6 | R7 | R8>
} = (name: string, ...stages: ReadonlyArray<Stage.Any>): Pipeline<never, unknown, never> => {
  const fault = strangerIn("Pipeline.make", stages, 2) ?? wrongInput(stages)
  if (fault !== null) refuse(fault, make)
  return {
    [TypeId]: TypeId,
    name,
    stages,
    // The overloads have checked that each stage takes what the one before it gives.
    run: stages
      .reduce<Effect.Effect<unknown, unknown, unknown>>(
        // A signal that has come while one stage blocked is seen before the next begins.
        (before, stage) =>
          Effect.flatMap(Effect.zipLeft(before, yieldToEventLoop), (out) =>
            stage.run(out as never)
          ),
        Effect.void
      )
      .pipe(
        withPreflight(stages),
        abortable,
        Effect.scoped,
        Effect.withSpan(name)
      ) as Effect.Effect<never, unknown, never>
  }
}

/** A stage that takes something other than the one before it gives, as far as both say it. */
const wrongInput = (stages: ReadonlyArray<Stage.Any>): StageErrorReason | null => {
  for (const [i, { name, takes }] of stages.entries()) {
    const given = i === 0 ? "nothing" : stages[i - 1]!.gives
    if (takes === undefined || given === undefined || given === takes.what) continue
    return { _tag: "Input", stage: name, takes: takes.what, from: takes.from }
  }
  return null
}

/** Has the stages look at the config once it is read, with the services of the pipeline. */
const withPreflight =
  (stages: ReadonlyArray<Stage.Any>) =>
  <A, E, R>(pipeline: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.contextWithEffect((context: Context.Context<R>) => {
      const check = (config: unknown) =>
        Effect.zipRight(preflight(stages)(config), prepare(stages)(config)).pipe(
          Effect.provide(context)
        )
      // A stage fails as it prepares with what it may fail with as it runs: its types say so there.
      return Effect.provideService(pipeline, Preflight, {
        check: check as Preflight["Type"]["check"]
      })
    })

const prepare = (stages: ReadonlyArray<Stage.Any>) => (config: unknown) =>
  Effect.forEach(withChildren(stages), (stage) => stage.prepare?.(config) ?? Effect.void, {
    discard: true
  })

/** Has each stage check the run that the config describes. */
const preflight = (stages: ReadonlyArray<Stage.Any>) => (config: unknown) => {
  const all = withChildren(stages)
  const plan = all.map((stage) => stage.plan?.(config)).find((one) => one != null)
  return plan == null
    ? Effect.void
    : Effect.forEach(all, (stage) => stage.check?.(plan) ?? Effect.void, { discard: true })
}

const withChildren = (stages: ReadonlyArray<Stage.Any>): ReadonlyArray<Stage.Any> =>
  stages.flatMap((stage) => [stage, ...withChildren(stage.children)])
