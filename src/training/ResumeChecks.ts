import * as Effect from "effect/Effect"
import * as Determinism from "../backends/Determinism.js"
import type { CheckpointMeta } from "../checkpointing/Checkpoint.js"
import type { Source } from "../checkpointing/resume/ChooseStart.js"
import { Resumption } from "../checkpointing/resume/Resumption.js"
import { differences } from "../config/Compare.js"
import type { AnyDataset } from "../data/Dataset.js"
import { warn } from "../events/Notice.js"
import { emit } from "../events/Observer.js"
import { stored, t } from "../language/Text.js"
import type { BuiltFields } from "./BuildRun.js"
import * as Compatibility from "./Compatibility.js"
import { partsOf } from "./ModelParts.js"
import type { Models, RunConfig } from "./RunFields.js"

/** Fails unless the checkpoint matches models and data; whether the data is the same. */
export const check = Effect.fn("ResumeChecks.check")(function* (
  { checkpoint, path }: Source,
  models: Models,
  dataset: AnyDataset
) {
  const { allowDatasetChange } = yield* Resumption
  yield* Compatibility.checkClassCount(checkpoint, path, dataset)
  yield* Compatibility.checkArchitecture(checkpoint, path, partsOf({ models }).weights)
  return yield* Compatibility.checkDataset(checkpoint, path, dataset).pipe(
    Effect.as(true),
    Effect.catchAll((error) => (allowDatasetChange ? Effect.succeed(false) : Effect.fail(error)))
  )
})

/** Reports what has changed since the checkpoint, and what the run starts without. */
export const report = Effect.fn("ResumeChecks.report")(function* (
  { checkpoint: { meta } }: Source,
  { fields, notRestored }: BuiltFields<RunConfig>,
  { continues, isSameData }: { readonly continues: boolean; readonly isSameData: boolean }
) {
  const changes = differences(meta.config, fields.config)
  if (changes.length > 0) yield* emit({ _tag: "ConfigChanged", changes })
  const { layers, metrics, optimizers } = notRestored
  if (!isSameData) {
    yield* warn(
      "DataChanged",
      t`the data has changed: the current epoch starts again, and the run is no longer exact`
    )
  }
  for (const name of optimizers) {
    yield* warn(
      "OptimizerChanged",
      t`the checkpoint holds the state of another optimizer: ${name} starts without one`
    )
  }
  if (layers.length > 0) {
    yield* warn(
      "StateLost",
      t`the checkpoint holds no states that fit the stateful layer ${layers.join(", ")}: it starts with zeros, and the run is no longer exact`
    )
  }
  if (metrics.length > 0) {
    yield* warn(
      "StateLost",
      t`the checkpoint holds other states of the metrics ${metrics.join(", ")}: in this epoch they measure only what follows`
    )
  }
  if (continues) {
    yield* warn(
      "Unstopped",
      t`the run had been stopped (${stored(meta.stopped ?? "")}); it resumes to the new training.num_epochs`
    )
  }
  if (meta.backend !== fields.backend) {
    yield* warn(
      "BackendChanged",
      t`the checkpoint is from the backend ${meta.backend}, this is ${fields.backend}: the run is no longer exact to the bit`
    )
  } else yield* reportDeterminism(meta)
})

/** Warns where the backend is the same, and the run less deterministic than it was. */
const reportDeterminism = (meta: CheckpointMeta) => {
  const lost = Determinism.lost(meta)
  if (lost === null) return Effect.void
  return warn(
    "DeterminismLost",
    lost === "Threads"
      ? t`the number of threads was ${meta.threads} for the checkpoint and is ${Determinism.of(meta.backend)?.threads} now, which changes the results of ${meta.backend}: the run is no longer exact to the bit, unless TF_NUM_INTRAOP_THREADS=${meta.threads} is set`
      : t`the checkpoint was computed deterministically, and without --deterministic this run is not: it is no longer exact to the bit`
  )
}
