import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { field, positiveInt } from "../config/Field.js"
import { define, type RunObserver } from "./RunObserver.js"

const count = Schema.Number.pipe(Schema.int(), Schema.greaterThanOrEqualTo(0))

/** Loaded only by a run that has it. */
const lazy =
  (load: () => Promise<RunObserver>): RunObserver =>
  (run) =>
    Layer.unwrapEffect(Effect.map(Effect.promise(load), (make) => make(run)))

/** Writes event files of TensorBoard into the folder of the run. */
export const tensorboard = define("tensorboard", {
  description:
    "Writes event files for TensorBoard (events.out.tfevents.*) into the folder of checkpoints: step and epoch metrics, the confusion matrix, the config.",
  fields: {
    step_interval: field(positiveInt, 1, "Steps between two points of a step's loss and speed."),
    histogram_freq: field(
      count,
      0,
      "Epochs between two histograms of each weight and its gradient, which are those of the epoch's last step; 0: none."
    ),
    images: field(Schema.Boolean, true, "Whether to draw confusion matrices.")
  },
  make: (config) =>
    lazy(() => import("./tensorboard/TensorBoard.js").then(({ observe }) => observe(config)))
})

/** Records the run on an MLflow tracking server. */
export const mlflow = define("mlflow", {
  description:
    "Records the run on an MLflow tracking server, over HTTP: config, metrics, how it ended. A resumed run continues the same MLflow run.",
  fields: {
    tracking_uri: field(
      Schema.NullOr(Schema.NonEmptyString),
      null,
      "The address of the server, such as http://localhost:5000; null: that of MLFLOW_TRACKING_URI, else http://127.0.0.1:5000."
    ),
    experiment: field(
      Schema.NullOr(Schema.NonEmptyString),
      null,
      "The experiment, made when missing; null: that of MLFLOW_EXPERIMENT_NAME, else the pipeline's name."
    ),
    step_interval: field(positiveInt, 10, "Steps between two points of a step's loss and speed."),
    artifacts: field(
      Schema.Boolean,
      false,
      "Whether to upload the config and, when the run ends, the best checkpoint."
    )
  },
  make: (config) => lazy(() => import("./mlflow/MLflow.js").then(({ observe }) => observe(config)))
})

/** The observers that `training.observers` can name unless a pipeline says otherwise. */
export const builtIn = [tensorboard, mlflow] as const
