import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { type Pipeable, pipeArguments } from "effect/Pipeable"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import { Backend } from "./backends/Backend.js"
import type { Event } from "./events/Event.js"
import { deliver, Observer } from "./events/Observer.js"
import { PipelineName } from "./stage/PipelineName.js"
import { faultIn, inOrder } from "./stage/Sequence.js"
import type { Stage } from "./stage/Stage.js"
import * as StageTimer from "./stage/StageTimer.js"
import { abortable } from "./training/Abort.js"
import { chosen } from "./training/ChooseBackend.js"
import { Interruption, type StoppedAt } from "./training/Interruption.js"
import { Rehearsal } from "./training/Rehearsal.js"
import { Preflight } from "./training/RunPlan.js"
import { attachable } from "./training/RunObservers.js"
import { refuse } from "./training/StageError.js"

/** Marks pipelines, also those of another copy of this module. */
export const TypeId: unique symbol = Symbol.for("holdfast/Pipeline") as never
export type TypeId = typeof TypeId

/** Named stages, one after another: what the CLI draws and runs, and `Holdfast.run` in code. */
export interface Pipeline<out Out, out E = never, out R = never> extends Pipeable {
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
 * Composes stages from left to right: each gets what the one before it gave, the first gets nothing.
 * A stage that does not fit the one before it does not compile, and the pipeline's errors and services
 * are those of all its stages.
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
export const make = <const Stages extends Stage.Some>(
  name: string,
  ...stages: Stage.Chain<void, Stages>
): Pipeline<
  Stage.Out<Stage.Last<Stages>>,
  Stage.Error<Stages[number]>,
  Stage.Context<Stages[number]>
> => {
  const all = stages as ReadonlyArray<unknown> as ReadonlyArray<Stage.Any>
  const fault = faultIn("Pipeline.make", all, "nothing")
  if (fault !== null) refuse(fault, make)
  return {
    [TypeId]: TypeId,
    name,
    stages: all,
    pipe: pipeMethod,
    // The signature has checked that each stage takes what the one before it gives.
    run: inOrder(all)(undefined).pipe(
      StageTimer.timing,
      withPreflight(all),
      abortable,
      Effect.scoped,
      attachable,
      reporting(all),
      Effect.provideService(PipelineName, name),
      Effect.withSpan(name)
    ) as Effect.Effect<never, never, never>
  }
}

function pipeMethod(this: Pipeline.Any) {
  // oxlint-disable-next-line prefer-rest-params
  return pipeArguments(this, arguments)
}

const withRun = <Out, E, R>(
  self: Pipeline.Any,
  run: Effect.Effect<Out, E, R>
): Pipeline<Out, E, R> => ({ ...self, run }) as Pipeline<Out, E, R>

/**
 * Brings services of its own to a pipeline, wherever it runs: in place of the command line's, such as
 * another `CheckpointStore`, or ones that only its stages know.
 *
 * @example
 * ```ts
 * import { CheckpointStore, Pipeline, type Stage } from "holdfast"
 *
 * declare const train: Stage.Stage<void, void>
 *
 * export default Pipeline.make("trial", train).pipe(Pipeline.provide(CheckpointStore.memory))
 * ```
 */
export const provide: {
  <A, E2, R2>(
    layer: Layer.Layer<A, E2, R2>
  ): <Out, E, R>(self: Pipeline<Out, E, R>) => Pipeline<Out, E | E2, Exclude<R, A> | R2>
  <Out, E, R, A, E2, R2>(
    self: Pipeline<Out, E, R>,
    layer: Layer.Layer<A, E2, R2>
  ): Pipeline<Out, E | E2, Exclude<R, A> | R2>
} = dual(2, <Out, E, R, A, E2, R2>(self: Pipeline<Out, E, R>, layer: Layer.Layer<A, E2, R2>) =>
  withRun(self, Effect.provide(self.run, layer))
)

/**
 * Lets an observer see every event of a pipeline, beside the one that it runs with: the command line's
 * display, say. One that fails or is slow does not disturb the run, see `Observer.all`.
 */
export const observe: {
  <E2, R2>(
    layer: Layer.Layer<Observer, E2, R2>
  ): <Out, E, R>(self: Pipeline<Out, E, R>) => Pipeline<Out, E | E2, R | R2>
  <Out, E, R, E2, R2>(
    self: Pipeline<Out, E, R>,
    layer: Layer.Layer<Observer, E2, R2>
  ): Pipeline<Out, E | E2, R | R2>
} = dual(
  2,
  <Out, E, R, E2, R2>(self: Pipeline<Out, E, R>, layer: Layer.Layer<Observer, E2, R2>) => {
    // What is only rehearsed is none of its business.
    const rehearsed = Effect.flatMap(Rehearsal, (rehearsal): Effect.Effect<Out, E | E2, R | R2> =>
      rehearsal === null ? watched : self.run
    )
    const both = Effect.gen(function* () {
      const outer = yield* Effect.serviceOption(Observer)
      const { emit, flush = Effect.void } = Context.get(
        yield* Layer.build(Observer.all(layer)),
        Observer
      )
      return Option.match(outer, {
        onNone: () => ({ emit, flush }),
        onSome: (observer) => ({
          emit: (event: Event) => Effect.zipRight(deliver(observer, event), emit(event)),
          flush: Effect.zipRight(observer.flush ?? Effect.void, flush)
        })
      })
    })
    const watched = Effect.provide(self.run, Layer.scoped(Observer, both))
    return withRun(self, rehearsed)
  }
)

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

/**
 * Reports which backend the pipeline runs on and, once its state is saved, that a pipeline that trains
 * was interrupted: where its run stood or, if it was still loading data or asking a question, that
 * nothing is saved.
 */
const reporting =
  (stages: ReadonlyArray<Stage.Any>) =>
  <A, E, R>(pipeline: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.contextWithEffect((context: Context.Context<never>) => {
      const observer = Option.getOrNull(Context.getOption(context, Observer))
      if (observer === null) return pipeline
      const trains = withChildren(stages).some(({ plan }) => plan !== undefined)
      let stoppedAt: StoppedAt = { position: { epoch: 0, step: 0 }, path: null }
      let isReported = false
      const record = (last: StoppedAt) => Effect.sync(() => void (stoppedAt = last))
      const report = Effect.suspend(() => {
        if (isReported) return Effect.void
        isReported = true
        return Effect.zipRight(
          StageTimer.reportEnd,
          deliver(observer, { _tag: "Interrupted", ...stoppedAt })
        )
      })
      return Option.match(Context.getOption(context, Backend), {
        onNone: () => Effect.void,
        onSome: (backend) =>
          // A run that trains may select another, and reports the one that it computes on.
          trains && backend.selection !== undefined ? Effect.void : observer.emit(chosen(backend))
      }).pipe(
        Effect.zipRight(pipeline),
        Effect.onInterrupt(() => (trains ? report : Effect.void)),
        Effect.provideService(Interruption, { record, report })
      )
    })
