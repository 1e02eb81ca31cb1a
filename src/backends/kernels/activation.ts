import { all, at, float, put, putFloat } from "./lanes"

/** dx = dy where y > 0 or is NaN, else 0. */
export function reluGradient(dy: usize, y: usize, dx: usize, n: i32): void {
  const zero = all(0)
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const o = <usize>i << 2
    put(dx + o, v128.andnot(at(dy + o), f32x4.le(at(y + o), zero)))
  }
  for (; i < n; i++) {
    const o = <usize>i << 2
    putFloat(dx + o, float(y + o) <= 0 ? 0 : float(dy + o))
  }
}

/** y[n] = x[n], kept within `low` and `high`. NaN stays: the pseudo-minimum keeps its first operand. */
export function clamp(x: usize, y: usize, n: i32, low: f32, high: f32): void {
  const least = all(low), most = all(high)
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const o = <usize>i << 2
    put(y + o, f32x4.pmin(f32x4.pmax(at(x + o), least), most))
  }
  for (; i < n; i++) {
    const o = <usize>i << 2
    putFloat(y + o, min(max(float(x + o), low), high))
  }
}

/** y[n] = whether x[n], floats or integers, is other than 0, a byte each. */
export function truths(x: usize, y: usize, n: i32, integers: bool): void {
  for (let i = 0; i < n; i++) {
    const o = x + (<usize>i << 2)
    store<u8>(y + i, <u8>(integers ? load<i32>(o) != 0 : float(o) != 0))
  }
}

/** y[n] = the larger of a[n] and b[n], or the smaller; of a NaN and anything, NaN. */
export function extreme(a: usize, b: usize, y: usize, n: i32, larger: bool): void {
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const o = <usize>i << 2, u = at(a + o), v = at(b + o)
    put(y + o, larger ? f32x4.max(u, v) : f32x4.min(u, v))
  }
  for (; i < n; i++) {
    const o = <usize>i << 2, u = float(a + o), v = float(b + o)
    putFloat(y + o, larger ? max(u, v) : min(u, v))
  }
}
