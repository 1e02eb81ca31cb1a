import * as Effect from "effect/Effect"
import {
  formatVersion,
  type Checkpoint,
  type CheckpointMeta,
  type CheckpointTensor
} from "../checkpointing/Checkpoint.js"

/** A float32 tensor of `size` values made from `seed`. */
export const tensor = (seed: number, size: number): CheckpointTensor => ({
  dtype: "F32",
  shape: [size],
  bytes: Effect.sync(
    () => new Uint8Array(Float32Array.from({ length: size }, (_, i) => Math.sin(seed + i)).buffer)
  )
})

/** The metadata of a checkpoint between two epochs. */
export const sampleMeta = (
  epoch: number,
  valLoss = 1 / (epoch + 1),
  changes: Partial<CheckpointMeta> = {}
): CheckpointMeta => ({
  format_version: formatVersion,
  run_id: "run",
  saved_at: new Date(Date.UTC(2026, 0, 1, 0, 0, epoch)).toISOString(),
  epoch,
  step: 0,
  global_step: epoch * 7,
  position: { stage: null, example: 0, sums: {}, metrics: {}, seconds: 0 },
  best_val_loss: valLoss,
  best: { metric: "val_loss", mode: "min", value: valLoss, epoch },
  stopped: null,
  train_history: [{ epoch, learning_rate: 0.01, seconds: 1, val_loss: valLoss, train_loss: NaN }],
  optimizer_state_dict: { iterations: epoch * 7, momentum: -0 },
  scheduler_state_dict: {},
  stage_states: { "early stopping": { best: Infinity, wait: 2 } },
  random_state: { algorithm: "xoshiro128**", seed: 1 },
  dataset: {
    name: "voices",
    fingerprint: "f",
    input_shape: [98, 40],
    classes: ["ada", 'b"ob', "\u4e2d"],
    sizes: { train: 8, validation: 2, test: 2 }
  },
  backend: "wasm",
  config: { training: { num_epochs: 10 } },
  ...changes
})

/** A small checkpoint with every element type, a scalar, an empty tensor and a peculiar name. */
export const sample = (
  epoch: number,
  valLoss?: number,
  changes?: Partial<CheckpointMeta>
): Checkpoint => ({
  meta: sampleMeta(epoch, valLoss, changes),
  tensors: new Map<string, CheckpointTensor>([
    ["model_state_dict.dense/kernel", tensor(epoch, 64)],
    ["model_state_dict.dense/bias", tensor(epoch + 0.5, 3)],
    ["model_state_dict.mask", { dtype: "BOOL", shape: [3], bytes: bytes(1, 0, epoch % 2) }],
    ["model_state_dict.levels", { dtype: "U8", shape: [1, 2], bytes: bytes(epoch % 256, 255) }],
    ["model_state_dict.__proto__", { dtype: "F32", shape: [0, 4], bytes: bytes() }],
    ["optimizer_state_dict.step", { dtype: "I32", shape: [], bytes: bytes(epoch % 256, 0, 0, 0) }]
  ])
})

const bytes = (...values: Array<number>) => Effect.succeed(Uint8Array.from(values))

/** A checkpoint's content as plain values that can be compared. */
export const content = (checkpoint: Checkpoint) =>
  Effect.map(
    Effect.forEach([...checkpoint.tensors].sort(), ([name, { dtype, shape, bytes }]) =>
      Effect.map(bytes, (found) => ({
        name,
        dtype,
        shape: [...shape],
        bytes: Buffer.from(found).toString("hex")
      }))
    ),
    (tensors) => ({ meta: checkpoint.meta, tensors })
  )
