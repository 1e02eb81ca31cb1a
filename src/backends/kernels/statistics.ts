import { load, loadFloat, splat, store, storeFloat } from "./lanes"
import { columnMoments } from "./reduction"

// The mean and the standard deviation of each channel over time; each rounds as the operations of TensorFlow.js do
// that it stands for, in their order.

/** y[2C] = the mean and √(variance + epsilon) of the columns of x[T, C]. */
export function statistics(x: usize, y: usize, T: i32, C: i32, epsilon: f32): void {
  const deviations = y + (<usize>C << 2)
  columnMoments(x, T, C, y, deviations)
  for (let o: usize = 0; o < <usize>C << 2; o += 4) {
    storeFloat(deviations + o, sqrt<f32>(loadFloat(deviations + o) + epsilon))
  }
}

/** The gradient dx[T, C] of `statistics`; C is a multiple of four. */
export function statisticsGradient(x: usize, y: usize, dy: usize, dx: usize, T: i32, C: i32): void {
  const row = <usize>C << 2, times = splat(<f32>T), two = splat(2)
  for (let o: usize = 0; o < row; o += 16) {
    const mean = load(y + o)
    const slope = f32x4.div(f32x4.div(load(dy + row + o), f32x4.mul(load(y + row + o), two)), times)
    let sum = splat(0), p = x + o, q = dx + o
    for (let t = 0; t < T; t++) {
      const d = f32x4.mul(slope, f32x4.mul(f32x4.sub(load(p), mean), two))
      store(q, d)
      sum = f32x4.add(sum, d)
      p += row
      q += row
    }
    const share = f32x4.div(f32x4.sub(load(dy + o), sum), times)
    q = dx + o
    for (let t = 0; t < T; t++) {
      store(q, f32x4.add(load(q), share))
      q += row
    }
  }
}
