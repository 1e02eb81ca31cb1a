/**
 * Trained models for use elsewhere: TensorFlow.js in a browser, ONNX, Keras, safetensors.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Export, Stage, type TrainedModel } from "holdfast"
 *
 * // A stage after `restoreModel`, which writes model.onnx, and model.onnx.json beside it.
 * export const exportModel = Stage.make("exportModel", {
 *   description: "write the model as ONNX",
 *   run: (trained: TrainedModel<unknown>) =>
 *     Effect.flatMap(Export.files(trained, { path: "model.onnx" }), Export.write)
 * })
 * ```
 */
export {
  formatOf,
  formats,
  files,
  write,
  type ExportedFile,
  type Format,
  type Options
} from "./files.js"
export { Inference } from "./Inference.js"
