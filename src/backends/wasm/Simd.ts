import { readFileSync } from "node:fs"
import { type Memory, WebAssembly } from "./WebAssembly.js"

/**
 * The SIMD kernels of `simd/`, compiled from AssemblyScript by `npm run build`. What each computes
 * stands beside its source. Addresses and strides are in bytes.
 */
export interface Simd {
  readonly MATMUL_SCRATCH: { readonly value: number }
  readonly matmul: Kernel
  readonly multiplyPanels: Kernel
  readonly multiplyStrips: Kernel
  readonly packMatrix: Kernel
  readonly convolvePoints: Kernel
  readonly filterGradientPoints: Kernel
  readonly factorsToPoints: Kernel
  readonly pointsToOutputs: Kernel
  readonly convolve: Kernel
  readonly convolveFilterGradient: Kernel
  readonly depthwise: Kernel
  readonly depthwiseFilterGradient: Kernel
  readonly place: Kernel
  readonly turnFilter: Kernel
  readonly crossEntropy: Kernel
  readonly crossEntropyGradient: Kernel
  readonly dropout: Kernel
  readonly columnMoments: Kernel
  readonly columnSums: Kernel
  readonly exponentSpread: (...numbers: ReadonlyArray<number>) => number
  readonly repeat: Kernel
  readonly scale: Kernel
  readonly spread: Kernel
  readonly combine: Kernel
  readonly factorsOfNorm: Kernel
  readonly factorsOfNormGradient: Kernel
  readonly gradientSums: Kernel
  readonly scaleShift: Kernel
  readonly normalizeRows: Kernel
  readonly normalizeRowsGradient: Kernel
  readonly statistics: Kernel
  readonly statisticsGradient: Kernel
  readonly maxPool: Kernel
  readonly maxPoolGradient: Kernel
  readonly lstm: Kernel
  readonly lstmGradient: Kernel
  readonly gru: Kernel
  readonly gruGradient: Kernel
  readonly attention: Kernel
  readonly attentionGradient: Kernel
  readonly attentionScratch: (keys: number) => number
  readonly addBias: Kernel
  readonly clamp: Kernel
  readonly extreme: Kernel
  readonly gelu: Kernel
  readonly geluGradient: Kernel
  readonly truths: Kernel
  readonly reluGradient: Kernel
  readonly biasReluGradient: Kernel
  readonly adam: Kernel
  readonly momentum: Kernel
  readonly descend: Kernel
  readonly rmsDirection: Kernel
  readonly adadelta: Kernel
  readonly adagrad: Kernel
  readonly adamax: Kernel
  readonly lamb: Kernel
  readonly lion: Kernel
  readonly nadam: Kernel
  readonly toward: Kernel
}

type Kernel = (...numbers: ReadonlyArray<number>) => void

/** Where the build puts the module: the same place seen from `src` and from `dist`. */
const file = new URL("../../../dist/kernels.wasm", import.meta.url)

/** Instantiates the kernels on the memory given. Throws if the file is missing: not built. */
export const instantiate = (memory: Memory): Simd => {
  const module = new WebAssembly.Module(readFileSync(file))
  return new WebAssembly.Instance(module, { env: { memory } }).exports as Simd
}
