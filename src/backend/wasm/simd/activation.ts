import { all, at, float, put, putFloat } from "./lanes"

/** dx = dy where y > 0, else 0. */
export function reluGradient(dy: usize, y: usize, dx: usize, n: i32): void {
  const zero = all(0)
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const o = <usize>i << 2
    put(dx + o, v128.and(at(dy + o), f32x4.gt(at(y + o), zero)))
  }
  for (; i < n; i++) {
    const o = <usize>i << 2
    putFloat(dx + o, float(y + o) > 0 ? float(dy + o) : 0)
  }
}
