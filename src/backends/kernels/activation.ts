import { exp } from "./functions"
import {
  addMul, load, loadFloat, loadPartial, splat, store, storeFloat, storePartial
} from "./lanes"

/** dx = dy where y > 0 or is NaN, else 0. */
export function reluGradient(dy: usize, y: usize, dx: usize, n: i32): void {
  const zero = splat(0)
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const o = <usize>i << 2
    store(dx + o, v128.andnot(load(dy + o), f32x4.le(load(y + o), zero)))
  }
  for (; i < n; i++) {
    const o = <usize>i << 2
    storeFloat(dx + o, loadFloat(y + o) <= 0 ? 0 : loadFloat(dy + o))
  }
}

/** dx[n, C] as by `reluGradient`, and sums[C], the sums of its columns, each in row order. */
export function biasReluGradient(dy: usize, y: usize, dx: usize, sums: usize, n: i32, C: i32): void {
  const zero = splat(0), row = <usize>C << 2, lanes = <usize>(C & ~3) << 2
  memory.fill(sums, 0, row)
  for (let i = 0; i < n; i++) {
    let o: usize = 0
    for (; o < lanes; o += 16) {
      const slope = v128.andnot(load(dy + o), f32x4.le(load(y + o), zero))
      store(dx + o, slope)
      store(sums + o, f32x4.add(load(sums + o), slope))
    }
    for (; o < row; o += 4) {
      const slope: f32 = loadFloat(y + o) <= 0 ? 0 : loadFloat(dy + o)
      storeFloat(dx + o, slope)
      storeFloat(sums + o, loadFloat(sums + o) + slope)
    }
    dy += row
    y += row
    dx += row
  }
}

/** y[n] = x[n], kept within `low` and `high`. NaN stays: the pseudo-minimum keeps its first operand. */
export function clamp(x: usize, y: usize, n: i32, low: f32, high: f32): void {
  const least = splat(low), most = splat(high)
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const o = <usize>i << 2
    store(y + o, f32x4.pmin(f32x4.pmax(load(x + o), least), most))
  }
  for (; i < n; i++) {
    const o = <usize>i << 2
    storeFloat(y + o, min(max(loadFloat(x + o), low), high))
  }
}

/** y[n] = whether x[n], floats or integers, is other than 0, a byte each. */
export function truths(x: usize, y: usize, n: i32, integers: bool): void {
  for (let i = 0; i < n; i++) {
    const o = x + (<usize>i << 2)
    i32.store8(y + i, <i32>(integers ? i32.load(o) != 0 : loadFloat(o) != 0))
  }
}

/** y[n] = the larger of a[n] and b[n], or the smaller; of a NaN and anything, NaN. */
export function extreme(a: usize, b: usize, y: usize, n: i32, larger: bool): void {
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const o = <usize>i << 2, u = load(a + o), v = load(b + o)
    store(y + o, larger ? f32x4.max(u, v) : f32x4.min(u, v))
  }
  for (; i < n; i++) {
    const o = <usize>i << 2, u = loadFloat(a + o), v = loadFloat(b + o)
    storeFloat(y + o, larger ? max(u, v) : min(u, v))
  }
}

/** y[n] = x Φ(x), the Gaussian error linear unit: Φ is the normal distribution function. */
export function gelu(x: usize, y: usize, n: i32): void {
  for (let i = 0; i < n; i += 4) {
    const o = <usize>i << 2, value = loadPartial(x + o, n - i)
    storePartial(y + o, f32x4.mul(value, below(value, bell(value))), n - i)
  }
}

/** dx = dy (Φ(x) + x φ(x)) */
export function geluGradient(dy: usize, x: usize, dx: usize, n: i32): void {
  const peak = splat(0.3989422804014327)
  for (let i = 0; i < n; i += 4) {
    const o = <usize>i << 2, value = loadPartial(x + o, n - i), density = bell(value)
    const slope = addMul(below(value, density), f32x4.mul(value, density), peak)
    storePartial(dx + o, f32x4.mul(loadPartial(dy + o, n - i), slope), n - i)
  }
}

/** e^(-x² / 2) */
// @ts-ignore: decorator
@inline function bell(x: v128): v128 {
  return exp(f32x4.mul(f32x4.mul(x, x), splat(-0.5)))
}

/** Φ(x), within 1e-7, where `density` is `bell(x)`: formula 7.1.26 of Abramowitz and Stegun. */
// @ts-ignore: decorator
@inline function below(x: v128, density: v128): v128 {
  const t = f32x4.div(splat(1), addMul(splat(1), f32x4.abs(x), splat(0.23164189)))
  let p = splat(0.5307027145)
  p = addMul(splat(-0.7265760135), p, t)
  p = addMul(splat(0.7107068705), p, t)
  p = addMul(splat(-0.142248368), p, t)
  p = addMul(splat(0.127414796), p, t)
  const tail = f32x4.mul(f32x4.mul(p, t), density)
  return v128.bitselect(tail, f32x4.sub(splat(1), tail), f32x4.lt(x, splat(0)))
}
