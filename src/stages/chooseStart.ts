import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Checkpoint } from "../checkpoint/Checkpoint.js"
import { CheckpointStore, type CheckpointFolder } from "../checkpoint/CheckpointStore.js"
import { decide, Resumption } from "../checkpoint/Resumption.js"
import type { TrainingConfig } from "../config/TrainingConfig.js"
import { emit } from "../observe/Observer.js"

/** Where a run starts: `from` a checkpoint or from scratch (null), moving earlier ones aside or not. */
export interface Start {
  readonly from: { readonly path: string; readonly checkpoint: Checkpoint } | null
  readonly archive: boolean
}

/**
 * Finds where the run is to start, asking the user if need be. Damaged checkpoints are named and
 * passed over. Changes nothing.
 */
export const chooseStart = Effect.fn("chooseStart")(function* (
  training: TrainingConfig,
  folder: CheckpointFolder
) {
  const store = yield* CheckpointStore
  const resumption = yield* Resumption
  const candidates = yield* folder.list
  const latest = yield* folder.latest
  const best = yield* folder.best
  const decision = yield* decide({
    flag: resumption.flag,
    configured: training.resume_from,
    folder: folder.path,
    latest: Option.map(latest, (candidate) => candidate.path),
    best: Option.map(best, (candidate) => candidate.path),
    terminal: resumption.terminal
  })
  const scratch: Start = { from: null, archive: candidates.length > 0 }
  if (decision.action === "fresh") return scratch
  const checkpoint = yield* store.load(decision.path)
  const from = { path: decision.path, checkpoint }
  const { meta } = checkpoint
  if (decision.action === "ask") {
    const yes = yield* resumption.ask({
      path: decision.path,
      epoch: meta.epoch,
      step: meta.step,
      bestValLoss: meta.best_val_loss,
      savedAt: meta.saved_at
    })
    if (!yes) return scratch
  }
  if (decision.action === "load" && decision.reason === "no terminal") {
    yield* emit({
      _tag: "Notice",
      level: "info",
      message: `no terminal to ask on: going on from ${decision.path} (--resume never starts from scratch)`
    })
  }
  // Going on in a folder that holds another run would write over that one.
  const archive = candidates.some(
    (candidate) =>
      candidate.health._tag === "Right" && candidate.health.right.run_id !== meta.run_id
  )
  return { from, archive }
})
