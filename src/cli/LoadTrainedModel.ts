import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Storage } from "../checkpointing/Storage.js"
import { CheckpointStore } from "../checkpointing/store/CheckpointStore.js"
import * as LoadByPath from "../checkpointing/resume/LoadByPath.js"
import { DataError } from "../data/DataError.js"
import { t } from "../language/Text.js"
import type { Pipeline } from "../Pipeline.js"
import type { Stage } from "../Stage.js"
import { modelInput } from "../training/DatasetIdentity.js"
import { ModelMismatch } from "../training/ModelMismatch.js"
import * as Config from "../Config.js"
import type { Given } from "./TrainedModelOption.js"
import { UsageError } from "./UsageError.js"

/** The trained model that a command line names; it is disposed of with the scope. */
export const load = Effect.fn("LoadTrainedModel.load")(function* (command: string, given: Given) {
  const { checkpoint, path } = yield* found(command, given)
  const selection = {
    weights: given.weights.pipe(
      Option.map((name) => (name === "own" ? null : name)),
      Option.getOrUndefined
    ),
    model: Option.getOrUndefined(given.model)
  }
  const SavedModel = yield* Effect.promise(() => import("../training/SavedModel.js"))
  // Registers the layers of ours that are not TensorFlow.js'.
  yield* Effect.promise(() => import("../audio/StatisticsPooling.js"))
  yield* Effect.promise(() => import("../layers/index.js"))
  if (Option.isNone(given.pipeline)) {
    return yield* Effect.mapError(SavedModel.restoreAlone(checkpoint, path, selection), (error) =>
      error._tag === "ModelMismatch" && error.reason === "Unknown"
        ? new ModelMismatch({
            reason: "Unknown",
            detail: t`${error.detail}; name the pipeline that trained it: --pipeline FILE`
          })
        : error
    )
  }
  const PipelineFile = yield* Effect.promise(() => import("./PipelineFile.js"))
  const { builds, schema } = partsOf(yield* PipelineFile.load(given.pipeline.value))
  if (builds === undefined) {
    return yield* new ModelMismatch({
      reason: "Unknown",
      detail: t`${given.pipeline.value} has no stage restoreOrInit or restoreModel, which would build the model`
    })
  }
  const config =
    schema === undefined
      ? checkpoint.meta.config
      : yield* Config.decode(schema, checkpoint.meta.config, { path, overrides: [] })
  return yield* SavedModel.restore(
    checkpoint,
    path,
    // What the builder needs is checked by the types of the pipeline, of which a file tells nothing.
    {
      model: builds.model as never,
      objective: builds.objective,
      input: modelInput(config, checkpoint.meta.dataset)
    },
    selection
  )
})

const found = Effect.fnUntraced(function* (command: string, { best, from }: Given) {
  const { stat } = yield* Storage
  const store = yield* CheckpointStore
  const isFolder = yield* stat(from).pipe(
    Effect.map(({ kind }) => kind === "folder"),
    Effect.orElseSucceed(() => false)
  )
  if (!isFolder) {
    if (best) {
      return yield* new UsageError({
        reason: "Invalid",
        found: t`--best is for a folder of checkpoints, and ${from} is none`,
        nearest: null,
        help: `holdfast ${command} --help`
      })
    }
    return {
      path: from,
      checkpoint: yield* LoadByPath.loadByPath(from, store.folderOf(from))
    }
  }
  const folder = store.openReadOnly(from)
  const chosen = yield* best ? folder.best : folder.latest
  if (Option.isSome(chosen)) return chosen.value
  return yield* new DataError({
    reason: "NotFound",
    path: from,
    detail: best
      ? t`there is no intact best checkpoint; leave out --best for the latest`
      : t`there is no intact checkpoint in this folder`
  })
})

/** What the stages of a pipeline say of its config and its model. */
const partsOf = ({ stages }: Pipeline.Any): Pick<Stage.Any, "schema" | "builds"> => {
  const all = stages.flatMap(flattened)
  return {
    schema: all.find(({ schema }) => schema !== undefined)?.schema,
    builds: all.find(({ builds }) => builds !== undefined)?.builds
  }
}

const flattened = (stage: Stage.Any): ReadonlyArray<Stage.Any> => [
  stage,
  ...stage.children.flatMap(flattened)
]
