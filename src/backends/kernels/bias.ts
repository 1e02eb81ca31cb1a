import { all, at, put, putSome, some } from "./lanes"

/** x[n, C] ← x + bias[C] in each row; with `relu`, what is below zero becomes zero. */
export function addBias(x: usize, bias: usize, n: i32, C: i32, relu: bool): void {
  const least = relu ? all(0) : all(-Infinity)
  const lanes = <usize>(C & ~3) << 2, rest = C & 3, row = <usize>C << 2
  for (let i = 0; i < n; i++) {
    for (let o: usize = 0; o < lanes; o += 16) {
      put(x + o, f32x4.max(f32x4.add(at(x + o), at(bias + o)), least))
    }
    if (rest > 0) {
      const y = f32x4.add(some(x + lanes, rest), some(bias + lanes, rest))
      putSome(x + lanes, f32x4.max(y, least), rest)
    }
    x += row
  }
}
