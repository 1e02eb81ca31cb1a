import { hardSigmoid, sigmoid } from "./functions"
import { splat } from "./lanes"

// @ts-ignore: decorator
@inline export function gate(x: v128, hard: bool): v128 {
  return hard ? hardSigmoid(x) : sigmoid(x)
}

/** The slope of a gate, by its value. */
// @ts-ignore: decorator
@inline export function slope(value: v128, hard: bool): v128 {
  if (!hard) return f32x4.mul(value, f32x4.sub(splat(1), value))
  const inside = v128.and(f32x4.gt(value, splat(0)), f32x4.lt(value, splat(1)))
  return v128.and(inside, splat(0.2))
}
