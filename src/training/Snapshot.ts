import * as tf from "../tf.js"
import * as Effect from "effect/Effect"
import type { BackendError } from "../backends/BackendError.js"
import * as WasmMemoryView from "../backends/WasmMemoryView.js"
import * as Readback from "../backends/Readback.js"
import {
  formatVersion,
  type CheckpointTensor,
  type DType,
  type Unsaved
} from "../checkpointing/Checkpoint.js"
import { active } from "./average/WeightAverage.js"
import { identityOf } from "./DatasetIdentity.js"
import { accumulatorsOf, outputIdentities } from "./Heads.js"
import * as MetricStates from "./metric/MetricStates.js"
import { partsOf } from "./ModelParts.js"
import { textOf, type Progress } from "./Progress.js"
import type { RunFields } from "./RunFields.js"
import type { StateDict } from "./Stateful.js"
import * as DataThreads from "./DataThreads.js"
import * as Workers from "./workers/Workers.js"
import { tensorOf } from "./Weights.js"

/**
 * The state of a run at one moment, as a checkpoint whose tensors share memory with the run's until
 * the run replaces them. It must be disposed.
 */
export interface Snapshot {
  readonly progress: Progress
  readonly checkpoint: Unsaved
  /** The weights among its tensors, in the order of the run's. */
  readonly weights: ReadonlyArray<tf.Tensor>
  readonly dispose: () => void
}

/** Takes a snapshot between two steps. It records `progress`, and the stages' states by name. */
export const take = (
  run: RunFields,
  stageStates: Readonly<Record<string, StateDict>>,
  progress: Progress
): Snapshot => {
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
  const { configs, statefulLayers, weights } = partsOf(run)
  for (const weight of weights) hold(`model_state_dict.${weight.name}`, tensorOf(weight))
  const heldWeights = [...held]

  for (const { layer, path } of statefulLayers) {
    layer.states_.forEach((state, i) => hold(`layer_states.${path}.${i}`, state))
  }
  const optimizer = optimizerState(run)
  const outputs = outputIdentities(run.objective)
  for (const [name, tensor] of Object.entries(optimizer.tensors)) {
    hold(`optimizer_state_dict.${name}`, tensor)
  }
  for (const [stage, state] of Object.entries(stageStates)) {
    for (const [name, tensor] of Object.entries(state.tensors)) {
      hold(`stage_states.${stage}.${name}`, tensor)
    }
  }
  const average = active(run.averages)
  const workers = Workers.record(run)
  const dataWorkers = DataThreads.record(run)
  const meta: Unsaved["meta"] = {
    format_version: formatVersion,
    run_id: run.id,
    saved_at: new Date().toISOString(),
    epoch: progress.epoch,
    step: progress.step,
    global_step: progress.globalStep,
    position: MetricStates.encode(accumulatorsOf(run.objective), progress.position),
    best_val_loss: progress.best?.metric === "val_loss" ? progress.best.value : null,
    best: progress.best,
    stopped: textOf(progress.stopReason),
    train_history: progress.history,
    optimizer_state_dict: optimizer.values,
    scheduler_state_dict: run.scheduler.stateDict().values,
    stage_states: Object.fromEntries(
      Object.entries(stageStates).map(([stage, state]) => [stage, state.values])
    ),
    random_state: run.random,
    dataset: identityOf(run.dataset),
    backend: run.backend,
    config: { ...run.config },
    ...(Object.keys(configs).length > 0 && { model_config: configs }),
    ...(Object.keys(outputs).length > 0 && { outputs }),
    ...run.determinism,
    ...(workers && { workers }),
    ...(dataWorkers && { data_workers: dataWorkers }),
    ...(Object.keys(progress.bests).length > 0 && { bests: progress.bests }),
    ...(average && { average: average.name }),
    ...(run.initializedFrom && { initialized_from: run.initializedFrom }),
    ...(progress.divergence && { divergence: progress.divergence }),
    ...(progress.stopReason?._tag === "NoImprovement" && { stop_reason: progress.stopReason })
  }
  const dispose = () => held.forEach((tensor) => tensor.dispose())
  return { progress, checkpoint: { meta, tensors }, weights: heldWeights, dispose }
}

/** The state of the optimizer; of several, the values under each name and tensors as `<name>.<slot>`. */
const optimizerState = ({ optimizers }: Pick<RunFields, "optimizers">): StateDict => {
  const states = Object.entries(optimizers).map(([name, one]) => [name, one.stateDict()] as const)
  if (states.length === 1) return states[0]![1]
  return {
    tensors: Object.fromEntries(
      states.flatMap(([name, { tensors }]) =>
        Object.entries(tensors).map(([slot, tensor]) => [`${name}.${slot}`, tensor])
      )
    ),
    values: Object.fromEntries(states.map(([name, { values }]) => [name, values]))
  }
}

const dtypes: Partial<Record<tf.DataType, DType>> = { float32: "F32", int32: "I32", bool: "BOOL" }

const unsupported = (name: string, dtype: string): never => {
  throw new Error(`the tensor ${name} is ${dtype}; a checkpoint holds float32, int32 and bool`)
}

const bytesOf = (tensor: tf.Tensor): Effect.Effect<Uint8Array, BackendError> =>
  Effect.map(
    Readback.values([tensor]),
    ([values]) => new Uint8Array(values!.buffer, values!.byteOffset, values!.byteLength)
  )
