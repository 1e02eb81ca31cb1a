import * as Effect from "effect/Effect"
import type { BackendError } from "../backends/BackendError.js"
import { setAside } from "../backends/tfjs/layers/LayerStates.js"
import type { DataError } from "../data/DataError.js"
import { fetch, type SplitName } from "../data/Dataset.js"
import { batchAt, sequential } from "../data/Order.js"
import { emit, type Observer } from "../events/Observer.js"
import * as Checkpointer from "./Checkpointer.js"
import { partsOf } from "./ModelParts.js"
import * as Random from "./Random.js"
import { TypeId, type Run } from "./Run.js"
import { evaluate } from "./TrainStep.js"

/**
 * The mean of each metric over a split (`loss`, `accuracy`, …), batch by batch; NaN where the split
 * is empty. Can be interrupted between two batches. Stateful layers begin with zeros, and those that
 * training goes on with stay as they are.
 */
export const overSplit = (
  run: Run,
  split: SplitName
): Effect.Effect<Record<string, number>, BackendError | DataError, Observer> =>
  Effect.gen(function* () {
    const examples = run.dataset[split]
    const size = run.config.training.batch_size
    const steps = Math.ceil(examples.size / size)
    const order = sequential(examples.size)
    const at = yield* Checkpointer.progress(run[TypeId])
    const { epoch } = at
    const sums: Record<string, number> = {}
    for (let step = 0; step < steps; step++) {
      const started = performance.now()
      const start = step * size
      const batch = yield* fetch(run.dataset, split, batchAt(order, start, size))
      const rng = Random.generator(run.random, "evaluate", split, step)
      const measured = yield* evaluate({ run, batch, position: at, rng })
      for (const [name, sum] of Object.entries(measured)) {
        sums[name] = (sums[name] ?? 0) + sum
      }
      yield* emit({
        _tag: "StepFinished",
        phase: split,
        epoch: epoch + 1,
        epochs: run.config.training.num_epochs,
        step: step + 1,
        steps,
        loss: sums["loss"]! / (start + batch.size),
        examples: batch.size
      })
      yield* Checkpointer.yieldToEventLoop(run[TypeId], started)
    }
    return means(sums, examples.size)
  }).pipe(
    (measured) =>
      Effect.acquireUseRelease(
        Effect.sync(() => setAside(partsOf(run).statefulLayers)),
        () => measured,
        (putBack) => Effect.sync(putBack)
      ),
    Effect.withSpan("Evaluation.overSplit", { attributes: { split } })
  )

/** Sums over examples, divided by their number. */
export const means = (
  sums: Readonly<Record<string, number>>,
  examples: number
): Record<string, number> =>
  Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / examples]))

/** Metrics under a prefix: `loss` becomes `val_loss`. */
export const prefixed = (
  prefix: string,
  values: Readonly<Record<string, number>>
): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}_${name}`, value]))
