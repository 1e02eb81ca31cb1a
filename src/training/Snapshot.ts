import type { Tensor } from "../tf.js"
import type { Unsaved } from "../checkpointing/Checkpoint.js"
import type { Progress } from "./Progress.js"

/**
 * The state of a run at one moment, as a checkpoint whose tensors share memory with the run's until
 * the run replaces them. It must be disposed.
 */
export interface Snapshot {
  readonly progress: Progress
  readonly checkpoint: Unsaved
  /** The weights among its tensors, in the order of the run's. */
  readonly weights: ReadonlyArray<Tensor>
  readonly dispose: () => void
}
