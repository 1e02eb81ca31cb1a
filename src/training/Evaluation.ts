import * as Effect from "effect/Effect"
import type { BackendError } from "../backends/BackendError.js"
import { setAside } from "../backends/tfjs/layers/LayerStates.js"
import type { DataError } from "../data/DataError.js"
import type { Sized } from "../data/Batch.js"
import { fetch, type ExampleDescription, type Examples, type SplitName } from "../data/Dataset.js"
import { following, known } from "../data/Order.js"
import * as Prefetch from "../data/Prefetch.js"
import type { BatchRequest } from "../data/Prefetch.js"
import type { Event } from "../events/Event.js"
import { emit, type Observer } from "../events/Observer.js"
import { t } from "../language/Text.js"
import * as Checkpointer from "./Checkpointer.js"
import * as EvaluatedBatches from "./EvaluatedBatches.js"
import { outputNamesOf } from "./BatchTensors.js"
import { accumulatorsOf, headsOf } from "./Heads.js"
import * as MetricStates from "./metric/MetricStates.js"
import { partsOf } from "./ModelParts.js"
import * as Predictions from "./Predictions.js"
import { TypeId, type Run } from "./Run.js"

/** What was measured over a split: numbers by name, and what metrics have to show beyond them. */
export interface Evaluation {
  readonly metrics: Readonly<Record<string, number>>
  readonly details: Readonly<Record<string, unknown>>
}

/**
 * Each metric over a split (`loss`, `accuracy`, …), batch by batch; none if the split is empty. Can be
 * interrupted between two batches. Stateful layers start with zeros, and those that training
 * continues with stay as they are.
 */
export const overSplit = (
  run: Run,
  split: SplitName
): Effect.Effect<Evaluation, BackendError | DataError, Observer> =>
  Effect.gen(function* () {
    const examples = run.dataset[split]
    const size = run.config.training.batch_size
    // Of a stream until its end is seen.
    let total = examples.size
    const at = yield* Checkpointer.progress(run[TypeId])
    const { epoch } = at
    const accumulators = accumulatorsOf(run.objective)
    const predictions = Predictions.collect(
      "phases" in run.objective ? [] : headsOf(run.objective, run.dataset, outputNamesOf(run.model))
    )
    const next = ({ example, step }: BatchRequest) =>
      example + size < total ? { step: step + 1, example: example + size } : null
    const prefetch = yield* Prefetch.make({
      fetch: ({ example }) =>
        Effect.map(
          fetch(run.dataset, split, following(example, Math.min(size, examples.size - example))),
          (batch) => {
            if (batch.isLast === true) total = Math.min(total, example + batch.size)
            return batch
          }
        ),
      next,
      ahead: examples.ahead ?? 1
    })
    const evaluated = EvaluatedBatches.make(run, split, at, { prefetch, next })
    let states = MetricStates.initial
    for (let step = 0; step * size < total; step++) {
      const started = performance.now()
      const start = step * size
      const { batch, measured, outputs } = yield* evaluated.take({ step, example: start })
      predictions.add(batch, outputs, start)
      states = MetricStates.update(accumulators, states, measured, batch.size)
      yield* emit({
        _tag: "StepFinished",
        phase: split,
        epoch: epoch + 1,
        epochs: run.config.training.num_epochs,
        step: step + 1,
        steps: known(Math.ceil(total / size)),
        loss: MetricStates.valueOf(accumulators, states, "loss", start + batch.size),
        examples: batch.size
      })
      yield* Checkpointer.yieldToEventLoop(run[TypeId], started)
    }
    const describer = describing(examples)
    const details = {
      ...MetricStates.details(accumulators, states),
      ...(total > 0 && predictions.details(split, describer.describe))
    }
    const { problem } = describer
    if (problem !== null) {
      yield* Effect.logWarning(
        t`describe of the ${split} split has failed, so that its examples are shown by their index: ${problem}`
      )
    }
    return { metrics: MetricStates.compute(accumulators, states, total), details }
  }).pipe(
    Effect.scoped,
    (measured) =>
      Effect.acquireUseRelease(
        Effect.sync(() => setAside(partsOf(run).statefulLayers)),
        () => measured,
        (putBack) => Effect.sync(putBack)
      ),
    Effect.withSpan("Evaluation.overSplit", { attributes: { split } })
  )

/** Says what the examples of a split are; where the dataset cannot, by their index. */
const describing = ({ describe }: Examples<Sized>) => {
  const describer = {
    /** What `describe` has thrown; null: nothing. */
    problem: null as unknown,
    describe: (index: number): ExampleDescription => {
      try {
        const found = describe?.(index)
        if (found !== undefined) return found
      } catch (error) {
        describer.problem ??= error
      }
      return { name: `#${index}` }
    }
  }
  return describer
}

/** Reports to observers what metrics have to show beyond their numbers. */
export const emitDetails = (
  of: Pick<MetricDetail, "phase" | "epoch" | "global_step">,
  details: Evaluation["details"]
): Effect.Effect<void, never, Observer> =>
  Effect.forEach(
    Object.entries(details),
    ([metric, value]) => emit({ _tag: "MetricDetail", ...of, metric, value }),
    { discard: true }
  )

type MetricDetail = Extract<Event, { readonly _tag: "MetricDetail" }>

/** Metrics under a prefix: `loss` becomes `val_loss`. */
export const prefixed = (
  prefix: string,
  values: Readonly<Record<string, number>>
): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}_${name}`, value]))
