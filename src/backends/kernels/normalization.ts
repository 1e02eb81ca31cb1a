import { addMul, all, at, float, put, putFloat, total } from "./lanes"

// Batch normalisation over the columns of x[n, C]; the few numbers a column are computed outside.

/** y = x * factor[C] + shift[C] */
export function scaleShift(
  x: usize, y: usize, n: i32, C: i32, factor: usize, shift: usize
): void {
  for (let i = 0; i < n; i++) {
    let c = 0
    for (; c + 4 <= C; c += 4) {
      const o = <usize>c << 2
      put(y + o, f32x4.add(f32x4.mul(at(x + o), at(factor + o)), at(shift + o)))
    }
    for (; c < C; c++) {
      const o = <usize>c << 2
      putFloat(y + o, float(x + o) * float(factor + o) + float(shift + o))
    }
    x += <usize>C << 2
    y += <usize>C << 2
  }
}

/** sums[C] = Σ dy, products[C] = Σ dy (x − mean) */
export function gradientSums(
  x: usize, dy: usize, n: i32, C: i32, mean: usize, sums: usize, products: usize
): void {
  const row = <usize>C << 2
  let c = 0
  for (; c + 8 <= C; c += 8) {
    const o = <usize>c << 2, m0 = at(mean + o), m1 = at(mean + o + 16)
    let s0 = all(0), s1 = s0, p0 = s0, p1 = s0, p = x + o, q = dy + o
    for (let i = 0; i < n; i++) {
      const d0 = at(q), d1 = at(q + 16)
      s0 = f32x4.add(s0, d0)
      s1 = f32x4.add(s1, d1)
      p0 = addMul(p0, d0, f32x4.sub(at(p), m0))
      p1 = addMul(p1, d1, f32x4.sub(at(p + 16), m1))
      p += row
      q += row
    }
    put(sums + o, s0); put(sums + o + 16, s1)
    put(products + o, p0); put(products + o + 16, p1)
  }
  for (; c < C; c++) {
    const o = <usize>c << 2, m = float(mean + o)
    let s: f32 = 0, product: f32 = 0, p = x + o, q = dy + o
    for (let i = 0; i < n; i++) {
      const d = float(q)
      s += d
      product += d * (float(p) - m)
      p += row
      q += row
    }
    putFloat(sums + o, s)
    putFloat(products + o, product)
  }
}

/** dx = dy * a[C] + x * b[C] + k[C] */
export function combine(
  x: usize, dy: usize, dx: usize, n: i32, C: i32, a: usize, b: usize, k: usize
): void {
  for (let i = 0; i < n; i++) {
    let c = 0
    for (; c + 4 <= C; c += 4) {
      const o = <usize>c << 2
      put(dx + o, f32x4.add(addMul(at(k + o), at(x + o), at(b + o)), f32x4.mul(at(dy + o), at(a + o))))
    }
    for (; c < C; c++) {
      const o = <usize>c << 2
      putFloat(dx + o, float(k + o) + float(x + o) * float(b + o) + float(dy + o) * float(a + o))
    }
    x += <usize>C << 2
    dy += <usize>C << 2
    dx += <usize>C << 2
  }
}

/**
 * Layer normalisation of each row of x[n, C]: y = (x − mean) / √(variance + epsilon) · gamma + beta.
 * `statistics` becomes the mean and the factor 1 / √(variance + epsilon) of each row, [n, 2].
 */
export function normalizeRows(
  x: usize, y: usize, n: i32, C: i32, gamma: usize, beta: usize, epsilon: f32, statistics: usize
): void {
  const lanes = <usize>(C & ~3) << 2, row = <usize>C << 2
  for (let i = 0; i < n; i++) {
    let sum = all(0), o: usize = 0
    for (; o < lanes; o += 16) sum = f32x4.add(sum, at(x + o))
    let mean: f32 = total(sum)
    for (; o < row; o += 4) mean += float(x + o)
    mean /= <f32>C
    const m = all(mean)
    sum = all(0)
    for (o = 0; o < lanes; o += 16) {
      const d = f32x4.sub(at(x + o), m)
      sum = addMul(sum, d, d)
    }
    let variance: f32 = total(sum)
    for (; o < row; o += 4) variance += (float(x + o) - mean) * (float(x + o) - mean)
    const factor: f32 = 1 / sqrt<f32>(variance / <f32>C + epsilon), f = all(factor)
    for (o = 0; o < lanes; o += 16) {
      const normal = f32x4.mul(f32x4.sub(at(x + o), m), f)
      put(y + o, addMul(at(beta + o), normal, at(gamma + o)))
    }
    for (; o < row; o += 4) {
      putFloat(y + o, float(beta + o) + (float(x + o) - mean) * factor * float(gamma + o))
    }
    putFloat(statistics, mean)
    putFloat(statistics + 4, factor)
    statistics += 8
    x += row
    y += row
  }
}

/** The gradients of `normalizeRows`; those of gamma and beta are zeroed here. */
export function normalizeRowsGradient(
  x: usize, dy: usize, dx: usize, n: i32, C: i32, gamma: usize, statistics: usize,
  dGamma: usize, dBeta: usize
): void {
  const lanes = <usize>(C & ~3) << 2, row = <usize>C << 2
  memory.fill(dGamma, 0, row)
  memory.fill(dBeta, 0, row)
  for (let i = 0; i < n; i++) {
    const mean = float(statistics), factor = float(statistics + 4), m = all(mean), f = all(factor)
    let a = all(0), b = all(0), o: usize = 0
    for (; o < lanes; o += 16) {
      const d = at(dy + o), normal = f32x4.mul(f32x4.sub(at(x + o), m), f)
      const slope = f32x4.mul(d, at(gamma + o))
      a = f32x4.add(a, slope)
      b = addMul(b, slope, normal)
      put(dGamma + o, addMul(at(dGamma + o), d, normal))
      put(dBeta + o, f32x4.add(at(dBeta + o), d))
    }
    let first: f32 = total(a), second: f32 = total(b)
    for (; o < row; o += 4) {
      const d = float(dy + o), normal: f32 = (float(x + o) - mean) * factor
      const slope: f32 = d * float(gamma + o)
      first += slope
      second += slope * normal
      putFloat(dGamma + o, float(dGamma + o) + d * normal)
      putFloat(dBeta + o, float(dBeta + o) + d)
    }
    first /= <f32>C
    second /= <f32>C
    const one = all(first), two = all(second)
    for (o = 0; o < lanes; o += 16) {
      const normal = f32x4.mul(f32x4.sub(at(x + o), m), f)
      const slope = f32x4.sub(f32x4.mul(at(dy + o), at(gamma + o)), one)
      put(dx + o, f32x4.mul(f, f32x4.sub(slope, f32x4.mul(normal, two))))
    }
    for (; o < row; o += 4) {
      const normal: f32 = (float(x + o) - mean) * factor
      putFloat(dx + o, factor * (float(dy + o) * float(gamma + o) - first - normal * second))
    }
    statistics += 8
    x += row
    dy += row
    dx += row
  }
}
