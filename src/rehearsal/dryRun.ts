import type * as FileSystem from "@effect/platform/FileSystem"
import { FileSystem as Files } from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Resumption } from "../checkpointing/resume/Resumption.js"
import { CheckpointStore } from "../checkpointing/store/CheckpointStore.js"
import { stepsFrom } from "../data/Order.js"
import type { Event } from "../events/Event.js"
import { deliver, Observer } from "../events/Observer.js"
import type * as Pipeline from "../Pipeline.js"
import { Rehearsal, type Facts } from "../training/Rehearsal.js"
import { checkPipeline } from "./rehearse.js"

/** What a run will take, by two steps of each of its parts. */
export interface DryRun {
  readonly epochs: number
  /** Infinity: a stream of unknown length. */
  readonly stepsPerEpoch: number
  /** Where the second of two runs has resumed: inside an epoch. */
  readonly resumedAt: { readonly epoch: number; readonly step: number } | null
  /** Milliseconds that a step of each part takes; null: it has none. */
  readonly milliseconds: Readonly<Record<Phase, number | null>>
  /** Seconds that each part of the run will take, and all of it; Infinity where its length is unknown. */
  readonly seconds: Readonly<Record<Phase | "total", number>>
  /** Of the process, in bytes, at most. */
  readonly memory: number
  /** Bytes of a checkpoint, how many are kept at most, and where. */
  readonly checkpoint: { readonly bytes: number; readonly kept: number; readonly folder: string }
}

type Phase = "train" | "validation" | "test"

/** An event, and when it came. */
export interface Timed {
  readonly event: Event
  readonly at: number
}

/** How many batches of each split are seen. */
const batches = 2

/** What a run will take, by what its rehearsal has emitted. */
export const estimate = (
  { sizes, training }: Facts,
  events: ReadonlyArray<Timed>,
  memory: number
): DryRun => {
  const timeOf = (phase: Phase): number | null => {
    // The shortest: the first of a process compiles, and one may wait for a checkpoint.
    const times = events.flatMap(({ at, event }, i) =>
      event._tag === "StepFinished" && event.phase === phase && i > 0
        ? [at - events[i - 1]!.at]
        : []
    )
    return times.length === 0 ? null : Math.min(...times)
  }
  const milliseconds = {
    train: timeOf("train"),
    validation: timeOf("validation"),
    test: timeOf("test")
  }
  const { batch_size, keep_best, keep_every, keep_last, num_epochs } = training
  const stepsPerEpoch = stepsFrom(0, sizes.train, training)
  const evaluation = (phase: "validation" | "test") => {
    const time = milliseconds[phase]
    return time === null ? 0 : (time * Math.ceil(sizes[phase] / batch_size)) / 1000
  }
  const seconds = {
    train: ((milliseconds.train ?? 0) * stepsPerEpoch * num_epochs) / 1000,
    validation: evaluation("validation") * num_epochs,
    test: evaluation("test")
  }
  const saved = events.flatMap(({ event }) => (event._tag === "CheckpointSaved" ? [event] : []))
  const resumed = events.flatMap(({ event }) =>
    event._tag === "RunStarted" && event.from !== null ? [event.from] : []
  )[0]
  return {
    epochs: num_epochs,
    stepsPerEpoch,
    resumedAt: resumed === undefined ? null : { epoch: resumed.epoch, step: resumed.step },
    milliseconds,
    seconds: { ...seconds, total: seconds.train + seconds.validation + seconds.test },
    memory,
    checkpoint: {
      bytes: Math.max(0, ...saved.map(({ bytes }) => bytes)),
      kept:
        Math.min(keep_last, num_epochs) +
        (saved.some(({ name }) => name === "best") ? keep_best : 0) +
        (keep_every === null ? 0 : Math.floor(num_epochs / keep_every)),
      folder: training.checkpoint_dir
    }
  }
}

/**
 * Rehearses all of a pipeline on two batches of each split, with checkpoints in a temporary folder: a run
 * that is interrupted after its first step, and one that resumes from there and ends, after two epochs.
 * Stages after the epochs run too; one that writes elsewhere asks `Rehearsal.isActive`. Says what the
 * real run will take. Nothing of it is touched.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Holdfast, Rehearsal, type Pipeline } from "holdfast"
 *
 * declare const pipeline: Pipeline.Pipeline<void>
 *
 * export const costs = Rehearsal.dryRun(pipeline).pipe(
 *   Effect.provide(Holdfast.layer({ config: "config.json" }))
 * )
 * ```
 */
export const dryRun = <Out, E, R>(pipeline: Pipeline.Pipeline<Out, E, R>) =>
  Effect.gen(function* () {
    yield* checkPipeline(pipeline, true)
    const files = yield* Files
    const outer = yield* Observer
    const folder = yield* files.makeTempDirectoryScoped({ prefix: "holdfast-dry-run-" })
    const store = Context.get(yield* Layer.build(CheckpointStore.file), CheckpointStore)
    const events: Array<Timed> = []
    let memory = 0
    let facts: Facts | undefined
    const firstStep = yield* Deferred.make<void>()
    const observer = Observer.of({
      emit: (event) =>
        Effect.suspend(() => {
          events.push({ event, at: performance.now() })
          memory = Math.max(memory, process.memoryUsage.rss())
          if (event._tag === "Notice" || event._tag === "BackendChosen")
            return deliver(outer, event)
          return event._tag === "StepFinished"
            ? Deferred.succeed(firstStep, undefined)
            : Effect.void
        })
    })
    const resumption = yield* Resumption
    const rehearsed = (fromScratch: boolean) =>
      pipeline.run.pipe(
        Effect.provideService(Rehearsal, {
          store,
          training: { checkpoint_dir: `${folder}/checkpoints`, num_epochs: 2, save_interval: 1 },
          fromScratch,
          batches,
          onFacts: (known) => (facts = known),
          instead: null
        }),
        Effect.provideService(Observer, observer),
        Effect.provideService(Resumption, {
          ...resumption,
          flag: Option.some("latest" as const)
        })
      )
    // Interrupted as Ctrl+C does it: the step is saved, in the middle of its epoch.
    yield* Effect.raceFirst(rehearsed(true), Deferred.await(firstStep))
    yield* rehearsed(false)
    return estimate(facts!, events, memory)
  }).pipe(Effect.scoped) as Effect.Effect<
    DryRun,
    E | Effect.Effect.Error<ReturnType<typeof checkPipeline>>,
    R | FileSystem.FileSystem | Observer | Resumption
  >
