// Kernels on the memory of the TensorFlow.js WebAssembly backend, which is imported. The module has
// no data of its own: a data segment would overwrite the backend's.

export { MATMUL_SCRATCH, matmul, multiplyPanels, multiplyStrips } from "./matmul"
export { packMatrix } from "./panels"
export { convolve, convolveFilterGradient, place, turnFilter } from "./convolution"
export { crossEntropy, crossEntropyGradient } from "./crossEntropy"
export { dropout } from "./dropout"
export { depthwise, depthwiseFilterGradient } from "./depthwise"
export { columnMoments, columnSums, exponentSpread, repeat, scale, spread } from "./reduction"
export {
  combine, factorsOfNorm, factorsOfNormGradient, gradientSums, normalizeRows, normalizeRowsGradient, scaleShift
} from "./normalization"
export { statistics, statisticsGradient } from "./statistics"
export { maxPool, maxPoolGradient } from "./pooling"
export { gru, gruGradient } from "./gru"
export { lstm, lstmGradient } from "./lstm"
export {
  biasReluGradient, clamp, extreme, gelu, geluGradient, reluGradient, truths
} from "./activation"
export { attention, attentionGradient, attentionScratch } from "./attention"
export { addBias } from "./bias"
export { convolvePoints, factorsToPoints, filterGradientPoints, pointsToOutputs } from "./winograd"
export { adam, descend, momentum, rmsDirection } from "./update"
export { adadelta, adagrad, adamax, lamb, lion, nadam, toward } from "./adaptive"
