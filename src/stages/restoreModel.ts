import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import { CheckpointStore, type CheckpointReader } from "../checkpointing/store/CheckpointStore.js"
import * as LoadByPath from "../checkpointing/resume/LoadByPath.js"
import { ResumeError, Resumption } from "../checkpointing/resume/Resumption.js"
import * as Config from "../Config.js"
import * as Stage from "../Stage.js"
import { english, t } from "../language/Text.js"
import type { AnyObjective } from "../training/Objective.js"
import type { RunConfig } from "../training/Run.js"
import { modelInput } from "../training/DatasetIdentity.js"
import type { ModelBuilder } from "../training/RunParts.js"
import * as SavedModel from "../training/SavedModel.js"
import * as Inputs from "./Inputs.js"

const kept = (folder: CheckpointReader, wanted: "latest" | "best") =>
  Effect.flatMap(
    folder[wanted],
    Either.fromOption(
      () =>
        new ResumeError({
          reason: { _tag: "Missing", wanted, folder: folder.path },
          source: "--resume"
        })
    )
  )

/**
 * Restores a trained model for use: the best one in `training.checkpoint_dir`, unless `--resume
 * PATH` or `--resume latest` names another. The config it gives is the one that the model was
 * trained with, read from the checkpoint by `schema`. The model has the average of the weights where the
 * run has kept one (see `Average`); with `weights`, the weights that the state of that name holds, where
 * it holds them, and with `weights: null` its own.
 */
export const restoreModel = <
  C extends RunConfig,
  I,
  E = never,
  R = never,
  O extends AnyObjective = AnyObjective
>(
  schema: Schema.Schema<C, I>,
  parts: {
    readonly model: ModelBuilder<C, E, R>
    readonly objective: O
    readonly weights?: string | null
  }
) =>
  Stage.make("restoreModel", {
    description: t`restore the best model`,
    takes: Inputs.config,
    gives: english`a trained model`,
    schema,
    builds: parts,
    run: ({ training }: RunConfig) =>
      Effect.gen(function* () {
        const store = yield* CheckpointStore
        const { flag } = yield* Resumption
        const folder = store.openReadOnly(training.checkpoint_dir, training.checkpoint_mirror)
        const wanted = Option.getOrElse(flag, () => "best" as const)
        const { checkpoint, path } =
          typeof wanted === "object"
            ? {
                path: wanted.path,
                checkpoint: yield* LoadByPath.loadByPath(wanted.path, folder.path)
              }
            : yield* kept(folder, wanted === "latest" ? "latest" : "best")
        const config = yield* Config.decode(schema, checkpoint.meta.config, { path, overrides: [] })
        return yield* SavedModel.restore(
          checkpoint,
          path,
          {
            model: parts.model,
            objective: parts.objective,
            input: modelInput(config, checkpoint.meta.dataset)
          },
          { weights: parts.weights }
        )
      })
  })
