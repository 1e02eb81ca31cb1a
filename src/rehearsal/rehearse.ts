import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { Backend } from "../backends/Backend.js"
import { CheckpointStore } from "../checkpointing/store/CheckpointStore.js"
import type { Order } from "../data/Order.js"
import { stepsFrom } from "../data/Order.js"
import { emit, type Observer } from "../events/Observer.js"
import { yieldToEventLoop } from "../io/EventLoop.js"
import type * as Pipeline from "../Pipeline.js"
import type { Stage } from "../Stage.js"
import { batchOf, orderOf } from "../training/EpochBatches.js"
import * as Progress from "../training/Progress.js"
import { Rehearsal, type Build } from "../training/Rehearsal.js"
import type { Run } from "../training/Run.js"
import * as TrainStep from "../training/TrainStep.js"
import { RehearsalError } from "./RehearsalError.js"

/**
 * Runs a pipeline up to its run, and then `body` instead of the rest, which may build the run from scratch
 * as often as it likes. Nothing is read from or written to the run's folder. With `allowsStep`, the
 * pipeline may have a training step of its own.
 */
export const rehearse = <A, E, Out, E2, R>(
  pipeline: Pipeline.Pipeline<Out, E2, R>,
  body: (build: Build) => Effect.Effect<A, E, Backend | CheckpointStore | Observer>,
  allowsStep = false
): Effect.Effect<A, E | E2 | RehearsalError, R> =>
  Effect.gen(function* () {
    yield* checkPipeline(pipeline, allowsStep)
    const store = Context.get(yield* Layer.build(CheckpointStore.memory), CheckpointStore)
    let result = Option.none<A>()
    const ended = Symbol("ended")
    yield* pipeline.run.pipe(
      Effect.provideService(Rehearsal, {
        store,
        training: {},
        fromScratch: true,
        batches: null,
        onFacts: () => {},
        instead: (build) =>
          Effect.flatMap(body(build), (found) => {
            result = Option.some(found)
            return Effect.fail(ended)
          })
      }),
      Effect.catchAll((error) => ((error as unknown) === ended ? Effect.void : Effect.fail(error)))
    )
    return Option.getOrThrow(result)
  }).pipe(Effect.scoped) as Effect.Effect<A, E | E2 | RehearsalError, R>

/** Fails unless the pipeline trains, by the phases of its objective where a custom step is of no use. */
export const checkPipeline = (pipeline: Pipeline.Pipeline.Any, allowsStep = false) =>
  Effect.gen(function* () {
    const all = withChildren(pipeline.stages)
    if (!all.some(({ plan }) => plan !== undefined)) {
      return yield* new RehearsalError({ reason: { _tag: "NoTraining", pipeline: pipeline.name } })
    }
    if (!allowsStep && all.some(({ role }) => role?.provides?.includes("customStep"))) {
      return yield* new RehearsalError({ reason: { _tag: "OwnStep" } })
    }
  })

const withChildren = (stages: ReadonlyArray<Stage.Any>): ReadonlyArray<Stage.Any> =>
  stages.flatMap((stage) => [stage, ...withChildren(stage.children)])

/** The training steps of a run outside of its epochs, one after the other; each gives its loss. */
export const stepper = (run: Run) =>
  Effect.gen(function* () {
    const { training } = run.config
    const { size } = run.dataset.train
    const stepsPerEpoch = stepsFrom(0, size, training)
    if (stepsPerEpoch === 0) return yield* new RehearsalError({ reason: { _tag: "NoData" } })
    let order: { readonly epoch: number; readonly order: Order | null } | undefined
    return (globalStep: number) =>
      Effect.gen(function* () {
        const epoch = Math.floor(globalStep / stepsPerEpoch)
        const step = globalStep % stepsPerEpoch
        if (order?.epoch !== epoch) order = { epoch, order: yield* orderOf(run, epoch) }
        const example = step * training.batch_size
        const batch = yield* batchOf(run, order.order, { epoch, step, example })
        // A stream that ends before the rehearsal does.
        if (batch.size === 0) return yield* new RehearsalError({ reason: { _tag: "NoData" } })
        const loss = yield* takeStep(run, batch, { ...Progress.initial, epoch, step, globalStep })
        return { batch, loss }
      })
  })

/** Takes a step, and gives the mean loss of its batch. */
export const takeStep = (
  run: Run,
  batch: TrainStep.StepInput["batch"] | { readonly size: number },
  at: Progress.Progress
) =>
  Effect.gen(function* () {
    const input = TrainStep.inputOf(run, batch, at)
    const measured = yield* Effect.uninterruptible(TrainStep.phases(input))
    yield* yieldToEventLoop
    return measured === null ? Number.NaN : measured["loss"]![0]!
  })

/** Shows how far a rehearsal is. */
export const show = (step: number, steps: number, loss: number, examples: number) =>
  emit({
    _tag: "StepFinished",
    phase: "train",
    epoch: 1,
    epochs: 1,
    step,
    steps,
    loss,
    examples
  })
