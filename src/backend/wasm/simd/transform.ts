import { addMul, all, at, each, float, put, putFloat } from "./lanes"

/**
 * Multiplies vectors of C channels by a small matrix [rows, columns], `count` times over:
 * out[r] = Σ matrix[r, c] · in[c], where in[c] lies at `source + c * sourceStep`, out[r] at
 * `target + r * targetStep`, and the next are `sourceNext` and `targetNext` further on.
 */
export function transform(
  matrix: usize, rows: i32, columns: i32, C: i32, count: i32,
  source: usize, sourceStep: usize, sourceNext: usize,
  target: usize, targetStep: usize, targetNext: usize
): void {
  for (let i = 0; i < count; i++) {
    let c = 0
    for (; c + 8 <= C; c += 8) {
      let m = matrix, to = target + (<usize>c << 2)
      for (let r = 0; r < rows; r++) {
        let a = all(0), b = all(0), from = source + (<usize>c << 2)
        for (let k = 0; k < columns; k++) {
          const factor = each(m)
          a = addMul(a, factor, at(from))
          b = addMul(b, factor, at(from + 16))
          from += sourceStep
          m += 4
        }
        put(to, a)
        put(to + 16, b)
        to += targetStep
      }
    }
    for (; c < C; c++) {
      let m = matrix, to = target + (<usize>c << 2)
      for (let r = 0; r < rows; r++) {
        let sum: f32 = 0, from = source + (<usize>c << 2)
        for (let k = 0; k < columns; k++) {
          sum += float(m) * float(from)
          from += sourceStep
          m += 4
        }
        putFloat(to, sum)
        to += targetStep
      }
    }
    source += sourceNext
    target += targetNext
  }
}
