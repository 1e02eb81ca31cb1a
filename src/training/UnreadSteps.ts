import * as tf from "../tf.js"
import * as Effect from "effect/Effect"
import type { BackendError } from "../backends/BackendError.js"
import * as Readback from "../backends/Readback.js"
import type { Diverged } from "./Diverged.js"
import * as Divergence from "./Divergence.js"
import type { Measured } from "./metric/Metric.js"
import type { Progress } from "./Progress.js"
import type { RunFields } from "./RunFields.js"

/** A step that has updated the weights, and whose metrics are not read yet. */
export interface UnreadStep {
  /** What is to be read, and then disposed of. */
  readonly tensors: ReadonlyArray<tf.Tensor>
  /** What the values of the tensors come to. */
  readonly check: (values: ReadonlyArray<Readback.Values>) => Checked
}

/** The metrics of a step by name, or what is odd about it. */
export type Checked =
  { readonly measured: Readonly<Record<string, Measured>> } | { readonly oddity: Divergence.Oddity }

/** A step that a run has taken, whose metrics are not read yet. */
export interface Taken {
  readonly step: UnreadStep
  /** Where the run stood before it, but for what metrics had summed up by then. */
  readonly before: Progress
  /** The inputs of its batch, in which a divergence may have its cause. */
  readonly inputs: ReadonlyArray<ArrayLike<number>>
  /** When it began: `performance.now()`. */
  readonly started: number
  /**
   * Moves the run past it, once its metrics are read; it took so many milliseconds. Steps that are read
   * together share their time evenly.
   */
  readonly finish: (
    measured: Readonly<Record<string, Measured>>,
    milliseconds: number
  ) => Effect.Effect<void>
}

/**
 * The steps whose metrics are still on the device, oldest first. The weights are those after all of
 * them, the position is that before the first: a run is consistent only once they are settled.
 */
export interface UnreadSteps {
  readonly add: (taken: Taken) => void
  readonly size: () => number
  /** Whether it is time to settle: after a number of steps, or a time. */
  readonly isDue: () => boolean
  /**
   * Reads the metrics in one go and moves the run past each step, in order. Fails at the first that has
   * diverged, with the run before it.
   */
  readonly settle: Effect.Effect<void, BackendError | Diverged>
  readonly dispose: () => void
}

/** At most this many steps are read together, and the oldest waits at most these milliseconds. */
const limits = { steps: 16, milliseconds: 250 }

/** No steps yet. */
export const make = (run: RunFields): UnreadSteps => {
  let waiting: Array<Taken> = []
  let since = 0
  const dispose = (all: ReadonlyArray<Taken>) =>
    tf.dispose(all.map(({ step }) => [...step.tensors]))
  // One at a time: who finds nothing to settle must not find it half settled.
  const oneAtATime = Effect.unsafeMakeSemaphore(1).withPermits(1)
  return {
    add: (taken) => {
      if (waiting.length === 0) since = performance.now()
      waiting.push(taken)
    },
    size: () => waiting.length,
    isDue: () =>
      waiting.length >= limits.steps ||
      (waiting.length > 0 && performance.now() - since >= limits.milliseconds),
    settle: Effect.suspend(() => {
      const all = waiting
      waiting = []
      return settled(run, all).pipe(Effect.ensuring(Effect.sync(() => dispose(all))))
    }).pipe(oneAtATime, Effect.uninterruptible),
    dispose: () => {
      dispose(waiting)
      waiting = []
    }
  }
}

const settled = Effect.fnUntraced(function* (run: RunFields, all: ReadonlyArray<Taken>) {
  if (all.length === 0) return
  const values = yield* Readback.together(all.flatMap(({ step }) => step.tensors))
  const milliseconds = (performance.now() - all[0]!.started) / all.length
  let read = 0
  for (const { before, finish, inputs, step } of all) {
    const checked = step.check(values.slice(read, (read += step.tensors.length)))
    if ("oddity" in checked) {
      return yield* Divergence.inStep(run, before, checked.oddity, inputs, null)
    }
    yield* finish(checked.measured, milliseconds)
  }
})
