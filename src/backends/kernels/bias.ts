import { load, loadPartial, splat, store, storePartial } from "./lanes"

/** x[n, C] ← x + bias[C] in each row; with `relu`, what is below zero becomes zero. */
export function addBias(x: usize, bias: usize, n: i32, C: i32, relu: bool): void {
  const least = relu ? splat(0) : splat(-Infinity)
  const lanes = <usize>(C & ~3) << 2, rest = C & 3, row = <usize>C << 2
  for (let i = 0; i < n; i++) {
    for (let o: usize = 0; o < lanes; o += 16) {
      store(x + o, f32x4.max(f32x4.add(load(x + o), load(bias + o)), least))
    }
    if (rest > 0) {
      const y = f32x4.add(loadPartial(x + lanes, rest), loadPartial(bias + lanes, rest))
      storePartial(x + lanes, f32x4.max(y, least), rest)
    }
    x += row
  }
}
