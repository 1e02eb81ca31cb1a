import { addMul, splat } from "./lanes"

// Elementary functions after Cephes (Moshier), within 2 units in the last place.

/** e to the power x, for x in about ±87; beyond, the value there. */
// @ts-ignore: decorator
@inline export function exp(x: v128): v128 {
  // The pseudo-minimum is one instruction on x86, the minimum eight; it keeps a NaN that is its first.
  x = f32x4.pmax(f32x4.pmin(x, splat(88.02969193111305)), splat(-87.33654475055310))
  const n = f32x4.floor(addMul(splat(0.5), x, splat(1.44269504088896341)))
  x = f32x4.sub(f32x4.sub(x, f32x4.mul(n, splat(0.693359375))), f32x4.mul(n, splat(-2.12194440e-4)))
  let p = splat(1.9875691500e-4)
  p = addMul(splat(1.3981999507e-3), p, x)
  p = addMul(splat(8.3334519073e-3), p, x)
  p = addMul(splat(4.1665795894e-2), p, x)
  p = addMul(splat(1.6666665459e-1), p, x)
  p = addMul(splat(5.0000001201e-1), p, x)
  p = f32x4.add(addMul(x, p, f32x4.mul(x, x)), splat(1))
  // The lowest bits of n + 1.5 · 2^23 are the integer n, of which nine remain.
  const power = i32x4.shl(i32x4.add(f32x4.add(n, splat(12582912)), i32x4.splat(127)), 23)
  return f32x4.mul(p, power)
}

/** 1 / (1 + e^-x) */
// @ts-ignore: decorator
@inline export function sigmoid(x: v128): v128 {
  return f32x4.div(splat(1), f32x4.add(splat(1), exp(f32x4.neg(x))))
}

/** 0.2 x + 0.5, kept within 0 and 1. */
// @ts-ignore: decorator
@inline export function hardSigmoid(x: v128): v128 {
  return f32x4.pmin(f32x4.pmax(addMul(splat(0.5), x, splat(0.2)), splat(0)), splat(1))
}

// @ts-ignore: decorator
@inline export function tanh(x: v128): v128 {
  const size = f32x4.abs(x), square = f32x4.mul(x, x)
  let p = splat(-5.70498872745e-3)
  p = addMul(splat(2.06390887954e-2), p, square)
  p = addMul(splat(-5.37397155531e-2), p, square)
  p = addMul(splat(1.33314422036e-1), p, square)
  p = addMul(splat(-3.33332819422e-1), p, square)
  const near = addMul(x, f32x4.mul(p, square), x)
  const far = f32x4.sub(splat(1), f32x4.div(splat(2), f32x4.add(exp(f32x4.add(size, size)), splat(1))))
  const sign = v128.and(x, i32x4.splat(0x80000000))
  return v128.bitselect(near, v128.or(far, sign), f32x4.lt(size, splat(0.625)))
}
