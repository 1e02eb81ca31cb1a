import { randomUUID } from "node:crypto"
import type { Checkpoint, InitializedFrom } from "../checkpointing/Checkpoint.js"
import * as Progress from "./Progress.js"
import * as Random from "./Random.js"
import type { RunConfig } from "./RunFields.js"

/** What a run is built from: its identity, where it stands, and the states of its parts. */
export interface TrainState {
  readonly id: string
  readonly random: Random.Random
  readonly progress: Progress.Progress
  /** Holds the states of the parts; null: they start from scratch. */
  readonly checkpoint: Checkpoint | null
  /** The file that its weights began with; null: initial ones. */
  readonly initializedFrom: InitializedFrom | null
  /** When the newest checkpoint was saved, in milliseconds since 1970; 0: there is none. */
  readonly lastSavedAt: number
}

/** The state of a new run, before its first step. */
export const initial = (seed: number, id: string = randomUUID()): TrainState => ({
  id,
  random: Random.make(seed),
  progress: Progress.initial,
  checkpoint: null,
  initializedFrom: null,
  lastSavedAt: 0
})

/** How a run begins: what differs from the checkpoint because the config or the data has changed. */
export interface Beginning {
  readonly state: TrainState
  /** Whether the run had been stopped and continues, as the config now asks for more epochs. */
  readonly continues: boolean
  /** Whether the state is the checkpoint's to the bit, position included. */
  readonly isUnchanged: boolean
}

/** A new run, its weights perhaps from a file. */
export const begun = (
  { training }: RunConfig,
  initializedFrom: InitializedFrom | null = null
): Beginning => ({
  state: { ...initial(training.seed), initializedFrom },
  continues: false,
  isUnchanged: false
})

/**
 * The state of a run that resumes from a checkpoint. On other data the training of the current epoch
 * starts again; with more epochs in the config, a run that had stopped continues.
 */
export const resumed = (
  checkpoint: Checkpoint,
  { training }: RunConfig,
  isSameData: boolean
): Beginning => {
  const { meta } = checkpoint
  const saved = Progress.fromCheckpoint(meta)
  const epochsBefore = (meta.config as Partial<RunConfig>).training?.num_epochs ?? 0
  const continues = saved.stopReason !== null && training.num_epochs > epochsBefore
  const { train } = meta.dataset.sizes
  const { example, stage } = saved.position
  // Where the end of a stream is, nobody knows; after training another stage comes.
  const isTraining = train === null ? stage === null || stage === "trainEpoch" : example < train
  const onData = isSameData || !isTraining ? saved : Progress.restartTraining(saved)
  return {
    state: {
      id: meta.run_id,
      random: Random.make(meta.random_state.seed),
      progress: continues ? Progress.unstopped(onData) : onData,
      checkpoint,
      initializedFrom: meta.initialized_from ?? null,
      lastSavedAt: Date.parse(meta.saved_at) || 0
    },
    continues,
    isUnchanged: isSameData && !continues
  }
}
