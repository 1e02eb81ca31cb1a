import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import type { Checkpoint } from "../checkpointing/Checkpoint.js"
import type { CheckpointError } from "../checkpointing/CheckpointError.js"
import { t } from "../language/Text.js"
import { warn } from "../events/Notice.js"
import { emit, type Observer } from "../events/Observer.js"
import * as Checkpointer from "./Checkpointer.js"
import { Diverged } from "./Diverged.js"
import * as DivergencePolicy from "./DivergencePolicy.js"
import { discard } from "./Flush.js"
import { partsOf } from "./ModelParts.js"
import * as Progress from "./Progress.js"
import * as RestoreState from "./RestoreState.js"
import { TypeId, type Run } from "./Run.js"
import { disposeStateDict, type StateError } from "./Stateful.js"

/**
 * Acts on a divergence that ended an epoch early. If the policy says so and it is saved, the run goes
 * back to the end of the previous epoch and learns at a lower rate. Otherwise the run ends with the
 * error, and nothing of its state is saved.
 *
 * Back to the end of an epoch, not to the newest checkpoint: where a run is interrupted, and so saved,
 * must not decide what it learns.
 */
export const recoverFromDivergence = (
  run: Run,
  error: Diverged
): Effect.Effect<void, Diverged | CheckpointError | StateError, Observer> =>
  Effect.gen(function* () {
    const checkpointer = run[TypeId]
    yield* discard(checkpointer)
    const policy = run.config.training.on_divergence
    const { divergence } = yield* Checkpointer.progress(checkpointer)
    yield* Checkpointer.drain(checkpointer)
    if (policy.name === "restore" && DivergencePolicy.otherwise(policy, divergence) === "restore") {
      const found = Option.getOrNull(yield* checkpointer.store.epochEnd)
      if (found !== null) {
        const lowered = DivergencePolicy.restored(divergence, policy.factor)
        const progress = { ...Progress.fromCheckpoint(found.checkpoint.meta), divergence: lowered }
        yield* load(run, found.checkpoint)
        yield* Checkpointer.wentBack(checkpointer, { path: found.path, progress })
        yield* emit({
          _tag: "WentBack",
          path: found.path,
          position: { epoch: progress.epoch, step: progress.step },
          global_step: progress.globalStep
        })
        const message = t`${error.finding}. Restored ${found.path}, after epoch ${progress.epoch}; the learning rate is multiplied by ${lowered.rate_factor} from here on`
        return yield* warn("DivergenceRestored", message)
      }
    }
    const { lastDurable } = yield* Ref.get(checkpointer.state)
    return yield* new Diverged({ ...error, checkpoint: lastDurable?.path ?? null })
  }).pipe(Effect.uninterruptible)

/** Loads the state of a checkpoint of its own into the run. */
const load = (run: Run, checkpoint: Checkpoint) =>
  Effect.gen(function* () {
    const { optimizers, scheduler } = run
    yield* RestoreState.parts(checkpoint, { ...partsOf(run), optimizers, scheduler })
    const states = yield* RestoreState.stageStates(checkpoint)
    for (const [name, part] of run[TypeId].registered) {
      const state = states.get(name)
      if (state === undefined) part.reset?.()
      else yield* part.loadStateDict(state)
    }
    states.forEach(disposeStateDict)
  })
