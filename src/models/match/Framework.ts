import type { SourceTensor } from "../SourceTensor.js"

/** Whose layout the tensors have. */
export type Framework = "pytorch" | "keras"

/** The framework that gives such names to parameters. */
export const frameworkOf = (tensors: ReadonlyArray<SourceTensor>): Framework =>
  tensors.some(({ parameter }) =>
    /^(weight|running_mean|weight_[ih]h_l\d+)(_reverse)?$/.test(parameter)
  )
    ? "pytorch"
    : "keras"
