import * as tf from "../tf.js"
import * as Effect from "effect/Effect"
import type { BackendError } from "../backends/BackendError.js"
import * as WasmMemoryView from "../backends/WasmMemoryView.js"
import * as Readback from "../backends/Readback.js"
import {
  formatVersion,
  type CheckpointTensor,
  type DatasetIdentity,
  type DType,
  type Unsaved
} from "../checkpointing/Checkpoint.js"
import type { Dataset } from "../data/Dataset.js"
import type { Progress } from "./Progress.js"
import type { Run } from "./Run.js"
import type { Snapshot } from "./Snapshot.js"
import type { StateDict } from "./Stateful.js"
import { tensorOf } from "./Weights.js"

/** Takes a snapshot between two steps. `progress` is the place that it records. */
export const take = (run: Run, progress: Progress): Snapshot => {
  const held: Array<tf.Tensor> = []
  const tensors = new Map<string, CheckpointTensor<BackendError>>()
  const hold = (name: string, tensor: tf.Tensor) => {
    const clone = tf.keep(tf.clone(tensor))
    held.push(clone)
    const view = WasmMemoryView.viewOf(clone)
    tensors.set(name, {
      ...(view && { view }),
      dtype: dtypes[tensor.dtype] ?? unsupported(name, tensor.dtype),
      shape: tensor.shape,
      bytes: bytesOf(clone)
    })
  }
  for (const weight of run.weights) hold(`model_state_dict.${weight.name}`, tensorOf(weight))
  const weights = [...held]

  for (const { layer, path } of run.statefulLayers) {
    layer.states_.forEach((state, i) => hold(`layer_states.${path}.${i}`, state))
  }
  const optimizer = run.optimizer.stateDict()
  for (const [name, tensor] of Object.entries(optimizer.tensors)) {
    hold(`optimizer_state_dict.${name}`, tensor)
  }
  const stages = stageStates(run)
  for (const [stage, state] of Object.entries(stages)) {
    for (const [name, tensor] of Object.entries(state.tensors)) {
      hold(`stage_states.${stage}.${name}`, tensor)
    }
  }
  const meta: Unsaved["meta"] = {
    format_version: formatVersion,
    run_id: run.id,
    saved_at: new Date().toISOString(),
    epoch: progress.epoch,
    step: progress.step,
    global_step: progress.globalStep,
    position: progress.position,
    best_val_loss: progress.best?.metric === "val_loss" ? progress.best.value : null,
    best: progress.best,
    stopped: progress.stopped,
    train_history: progress.history,
    optimizer_state_dict: optimizer.values,
    scheduler_state_dict: run.scheduler.stateDict().values,
    stage_states: Object.fromEntries(
      Object.entries(stages).map(([stage, state]) => [stage, state.values])
    ),
    random_state: run.random,
    dataset: identityOf(run.dataset),
    backend: run.backend,
    config: { ...run.config },
    ...(Object.keys(progress.bests).length > 0 && { bests: progress.bests }),
    ...(progress.divergence && { divergence: progress.divergence })
  }
  const dispose = () => held.forEach((tensor) => tensor.dispose())
  return { progress, checkpoint: { meta, tensors }, weights, dispose }
}

/** What a checkpoint records of a dataset. */
export const identityOf = (dataset: Dataset): DatasetIdentity => ({
  name: dataset.name,
  fingerprint: dataset.fingerprint,
  input_shape: dataset.inputShape,
  classes: dataset.classes,
  sizes: {
    train: dataset.train.size,
    validation: dataset.validation.size,
    test: dataset.test.size
  }
})

const stageStates = (run: Run): Record<string, StateDict> => ({
  ...Object.fromEntries(run.unclaimed),
  ...Object.fromEntries([...run.stateful].map(([name, part]) => [name, part.stateDict()]))
})

const dtypes: Partial<Record<tf.DataType, DType>> = { float32: "F32", int32: "I32", bool: "BOOL" }

const unsupported = (name: string, dtype: string): never => {
  throw new Error(`the tensor ${name} is ${dtype}; a checkpoint holds float32, int32 and bool`)
}

const bytesOf = (tensor: tf.Tensor): Effect.Effect<Uint8Array, BackendError> =>
  Effect.map(
    Readback.values([tensor]),
    ([values]) => new Uint8Array(values!.buffer, values!.byteOffset, values!.byteLength)
  )
