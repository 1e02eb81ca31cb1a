import type { Finite } from "./Api.js"

/**
 * The exponential moving average of a curve, without the pull towards its first value (Kingma and Ba
 * 2014, section 3: divided by 1 - weight^n). A gap stays a gap, and the average continues behind it.
 * Points that stand far apart count as much as near ones, as in TensorBoard.
 */
export const smooth = (values: ReadonlyArray<Finite>, weight: number): ReadonlyArray<Finite> => {
  if (weight <= 0) return values
  let sum = 0
  let mass = 0
  return values.map((value) => {
    if (value === null || !Number.isFinite(value)) return null
    sum = weight * sum + (1 - weight) * value
    mass = weight * mass + (1 - weight)
    return sum / mass
  })
}
