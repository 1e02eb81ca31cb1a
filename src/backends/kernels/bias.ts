import { load, loadPartial, splat, store, storePartial } from "./lanes"

/** x[n, C] ← x + bias[C] in each row; with `relu`, what is below zero becomes zero. */
export function addBias(x: usize, bias: usize, n: i32, C: i32, relu: bool): void {
  if (relu) addRows(x, bias, n, C, true)
  else addRows(x, bias, n, C, false)
}

// @ts-ignore: decorator
@inline function addRows(x: usize, bias: usize, n: i32, C: i32, relu: bool): void {
  const lanes = <usize>(C & ~3) << 2, rest = C & 3, row = <usize>C << 2
  for (let i = 0; i < n; i++) {
    for (let o: usize = 0; o < lanes; o += 16) {
      store(x + o, kept(f32x4.add(load(x + o), load(bias + o)), relu))
    }
    if (rest > 0) {
      const y = f32x4.add(loadPartial(x + lanes, rest), loadPartial(bias + lanes, rest))
      storePartial(x + lanes, kept(y, relu), rest)
    }
    x += row
  }
}

/** Of what is not above zero a zero, of NaN NaN. */
// @ts-ignore: decorator
@inline function kept(y: v128, relu: bool): v128 {
  return relu ? v128.andnot(y, f32x4.le(y, splat(0))) : y
}
