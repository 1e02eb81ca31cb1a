import { loadFloat, storeFloat } from "./lanes"

/**
 * y[n] = x · factor, where factor[n] is 0 or 1 / kept by uniform numbers within 0 and 1, of the generator Alea by
 * Johannes Baagøe (2010), whose original is under the MIT licence, from its state s0, s1, s2.
 */
export function dropout(
  x: usize, y: usize, factors: usize, n: i32, kept: f32, s0: f64, s1: f64, s2: f64
): void {
  const factor: f32 = 1 / kept
  let carry: f64 = 1
  for (let i = 0; i < n; i++) {
    const o = <usize>i << 2, t = 2091639 * s0 + carry * 2.3283064365386963e-10
    carry = trunc(t)
    s0 = s1
    s1 = s2
    s2 = t - carry
    const by: f32 = <f32>s2 + kept < 1 ? 0 : factor
    storeFloat(factors + o, by)
    storeFloat(y + o, loadFloat(x + o) * by)
  }
}
