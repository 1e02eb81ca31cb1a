import * as Effect from "effect/Effect"
import { t } from "../../language/Text.js"
import { isBackendName, type BackendName } from "../BackendName.js"
import { BackendUnavailable } from "../BackendUnavailable.js"
import * as CpuKernels from "../cpu/CpuKernels.js"
import * as TensorFlowKernels from "../tensorflow/TensorFlowKernels.js"
import * as TrainingKernels from "../wasm/TrainingKernels.js"
import * as WebGpuKernels from "../webgpu/WebGpuKernels.js"
import * as Gradients from "./engine/Gradients.js"
import * as RunKernel from "./engine/RunKernel.js"
import * as Scopes from "./engine/Scopes.js"
import * as DilationGradient from "./gradients/DilationGradient.js"
import * as EinsumGradient from "./gradients/EinsumGradient.js"
import * as ReductionGradients from "./gradients/ReductionGradients.js"
import * as Internals from "./Internals.js"
import * as BatchMatMul from "./kernels/BatchMatMul.js"
import * as Einsum from "./kernels/Einsum.js"
import * as EmptyReduction from "./kernels/EmptyReduction.js"
import * as Pad from "./kernels/Pad.js"
import * as Padding from "./kernels/Padding.js"
import * as ActivityRegularizer from "./layers/ActivityRegularizer.js"
import * as BatchNormalizationLayer from "./layers/BatchNormalizationLayer.js"
import * as ConvolutionLayer from "./layers/ConvolutionLayer.js"
import * as GeluActivation from "./layers/GeluActivation.js"
import * as DenseLayer from "./layers/DenseLayer.js"
import * as DropoutLayer from "./layers/DropoutLayer.js"
import * as LayerNormalizationLayer from "./layers/LayerNormalizationLayer.js"
import * as RecurrentLayer from "./layers/RecurrentLayer.js"
import * as ResetAfter from "./layers/ResetAfter.js"
import * as StaleMasks from "./layers/StaleMasks.js"
import * as ThresholdedReLU from "./layers/ThresholdedReLU.js"

const patched = new Set<string>()

/**
 * Patches bugs and missing gradients in TensorFlow.js for a backend, which must be ready. Every
 * backend's start calls it; it runs once per process and backend. Fails where TensorFlow.js is not
 * the version that the patches are made for.
 */
export const install = (backendName: string): Effect.Effect<void, BackendUnavailable> =>
  Effect.suspend(() => {
    if (patched.has(backendName)) return Effect.void
    const problem = problemOf(Internals.otherVersions(), Internals.missing(backendName))
    return problem === null ? patch(backendName) : Effect.fail(problem)
  })

/** Why the patches do not suit what is installed; null: they do. */
export const problemOf = (
  otherVersions: ReadonlyArray<string>,
  missing: ReadonlyArray<string>
): BackendUnavailable | null => {
  const remedy = t`in the project's folder, run: npm install @tensorflow/tfjs-core@${Internals.version} @tensorflow/tfjs-layers@${Internals.version}`
  if (otherVersions.length > 0) {
    const why = t`TensorFlow.js ${Internals.version} is required, but ${otherVersions.join(", ")} is installed`
    return new BackendUnavailable({ why, remedy })
  }
  if (missing.length === 0) return null
  const why = t`TensorFlow.js ${Internals.version} has been changed: it lacks ${missing.join(", ")}`
  return new BackendUnavailable({ why, remedy })
}

const patch = (backendName: string) =>
  Effect.try({
    try: () => {
      if (patched.size === 0) gradientsAndLayers()
      if (isBackendName(backendName)) kernels(backendName)
      patched.add(backendName)
    },
    catch: (error) =>
      new BackendUnavailable({
        why: t`the training kernels do not load: ${(error as Error).message}`,
        remedy: t`run \`npm ci\`, which builds them`
      })
  })

/** Native TensorFlow keeps most of its kernels, custom backends all of theirs. */
const kernels = (backendName: BackendName): void => {
  Pad.install(backendName)
  if (backendName === "tensorflow") return TensorFlowKernels.install()
  if (backendName === "wasm") TrainingKernels.install()
  if (backendName === "cpu") CpuKernels.install()
  if (backendName === "webgpu") WebGpuKernels.install()
  BatchMatMul.install(backendName)
  Einsum.install(backendName)
  EmptyReduction.install(backendName)
  Padding.install(backendName)
}

const gradientsAndLayers = (): void => {
  BatchMatMul.registerGradient()
  DilationGradient.register()
  EinsumGradient.register()
  ReductionGradients.register()
  RunKernel.patch()
  Gradients.patch()
  Scopes.patch()
  ActivityRegularizer.patch()
  BatchNormalizationLayer.patch()
  ConvolutionLayer.patch()
  GeluActivation.patch()
  DenseLayer.patch()
  DropoutLayer.patch()
  LayerNormalizationLayer.patch()
  RecurrentLayer.patch()
  ResetAfter.patch()
  StaleMasks.patch()
  ThresholdedReLU.patch()
}
