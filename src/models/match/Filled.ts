import type { WeightLayout } from "../Layout.js"
import type { SourceTensor } from "../SourceTensor.js"
import { found, isSame } from "./Fit.js"
import type { Module } from "./Module.js"
import type { Slot } from "./Unit.js"

/** How a weight was found: as the map says, by its name, by its place in the model, or by its shape alone. */
export type MatchedBy = "map" | "name" | "order" | "shape"

/** A weight of the model, and the tensors of the file that hold it: two, where PyTorch has two biases. */
export interface MatchedWeight {
  readonly weight: string
  readonly from: ReadonlyArray<SourceTensor>
  readonly by: MatchedBy
  /** How the file stores it; null: as we do. */
  readonly layout: WeightLayout | null
}

/** A weight whose tensor in the file has another shape. */
export interface MismatchedWeight {
  readonly weight: string
  readonly from: string
  /** The shape in the file, and the one that the file would need for this model. */
  readonly shape: ReadonlyArray<number>
  readonly expected: ReadonlyArray<number>
}

/** What became of a weight of which the module is known. */
export type Filled =
  | ({ readonly _tag: "matched" } & MatchedWeight)
  | {
      readonly _tag: "mismatched"
      readonly from: ReadonlyArray<SourceTensor>
      readonly mismatches: ReadonlyArray<MismatchedWeight>
    }
  | {
      readonly _tag: "missing"
      readonly from: ReadonlyArray<SourceTensor>
      readonly weight: string
    }

/** Fills a weight from a module, if its shapes are right. */
export const filled = (slot: Slot, module: Module, by: MatchedBy): Filled => {
  const from = found(slot, module)
  if (from.length < (slot.layout === null ? 1 : slot.parameters.length)) {
    return { _tag: "missing", from: [], weight: slot.weight }
  }
  const wrong = from.filter(({ shape }) => !isSame(shape, slot.shape))
  if (wrong.length === 0)
    return { _tag: "matched", weight: slot.weight, from, by, layout: slot.layout }
  const mismatches = wrong.map(({ name, shape }) => ({
    weight: slot.weight,
    from: name,
    shape,
    expected: slot.shape
  }))
  return { _tag: "mismatched", from, mismatches }
}
