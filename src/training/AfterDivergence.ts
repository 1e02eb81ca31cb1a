import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import type { Checkpoint } from "../checkpointing/Checkpoint.js"
import type { CheckpointError } from "../checkpointing/CheckpointError.js"
import { t } from "../language/Text.js"
import { emit, type Observer } from "../events/Observer.js"
import { Diverged } from "./Diverged.js"
import * as DivergencePolicy from "./DivergencePolicy.js"
import * as Restore from "./Restore.js"
import type { Run } from "./Run.js"
import type { StateError } from "./Stateful.js"

/**
 * Acts on a divergence that ended an epoch early: has the run back at the end of the epoch before, to
 * learn at a lower rate, if the policy says so and that is saved. Else the run ends with the error,
 * and nothing of its state is saved.
 *
 * To the end of an epoch, and not to whatever was saved last: where a run is interrupted, and thereby
 * saved, must not decide what it learns.
 */
export const afterDivergence = (
  run: Run,
  error: Diverged
): Effect.Effect<void, Diverged | CheckpointError | StateError, Observer> =>
  Effect.gen(function* () {
    const boundary = yield* Ref.getAndSet(run.boundary, "diverged")
    if (typeof boundary === "object") boundary?.dispose()
    const policy = run.config.training.on_divergence
    const { divergence } = yield* Ref.get(run.progress)
    yield* run.saver.settle
    if (policy.name === "restore" && DivergencePolicy.otherwise(policy, divergence) === "restore") {
      const found = Option.getOrNull(yield* run.epochEnd)
      if (found !== null) {
        const lowered = DivergencePolicy.restored(divergence, policy.factor)
        const restored = { ...Restore.progress(found.checkpoint), divergence: lowered }
        yield* load(run, found.checkpoint)
        yield* Ref.set(run.progress, restored)
        yield* Ref.set(run.lastOrder, restored)
        yield* Ref.set(run.lastSave, { progress: restored, path: found.path })
        yield* Ref.set(run.boundary, null)
        const message = t`${error.finding}. Restored ${found.path}, after epoch ${restored.epoch}; the learning rate is multiplied by ${lowered.rate_factor} from here on`
        return yield* emit({ _tag: "Notice", level: "warning", message })
      }
    }
    const checkpoint = (yield* Ref.get(run.lastSave))?.path ?? null
    return yield* new Diverged({ ...error, checkpoint })
  }).pipe(Effect.uninterruptible)

/** Has the state of the run be that of a checkpoint of its own. */
const load = (run: Run, checkpoint: Checkpoint) =>
  Effect.gen(function* () {
    yield* Restore.weights(checkpoint, run.weights)
    yield* Restore.layerStates(checkpoint, run.statefulLayers)
    yield* Restore.optimizer(checkpoint, run.optimizer)
    yield* Restore.scheduler(checkpoint, run.scheduler)
    const states = yield* Restore.stageStates(checkpoint)
    for (const [name, part] of run.stateful) {
      const state = states.get(name)
      if (state === undefined) part.reset?.()
      else yield* part.loadStateDict(state)
    }
    for (const { tensors } of states.values()) {
      Object.values(tensors).forEach((tensor) => tensor.dispose())
    }
  })
