import { load, loadFloat, splat, store, storeFloat } from "./lanes"

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
