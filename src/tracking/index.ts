/** Recording runs by other tools: TensorBoard, MLflow, OpenTelemetry, and custom observers. */
export { builtIn, mlflow, tensorboard } from "./BuiltIn.js"
export { openTelemetry } from "./OpenTelemetry.js"
export { define, listOf, type ObserversField, type RunObserver } from "./RunObserver.js"
