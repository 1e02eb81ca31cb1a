import { addMul, horizontalSum, load, loadFloat, splat, store, storeFloat } from "./lanes"

// Batch normalisation over the columns of x[n, C].

/** What a column is multiplied by, γ/σ, and what is added then, β − μ γ/σ: factor[C] and shift[C]. */
export function factorsOfNorm(
  gamma: usize, beta: usize, mean: usize, variance: usize, C: i32, epsilon: f64, factor: usize, shift: usize
): void {
  const end = <usize>C << 2
  for (let o: usize = 0; o < end; o += 4) {
    const f: f32 = <f32>(<f64>loadFloat(gamma + o) / sqrt<f64>(<f64>loadFloat(variance + o) + epsilon))
    storeFloat(factor + o, f)
    storeFloat(shift + o, <f32>(<f64>loadFloat(beta + o) - <f64>loadFloat(mean + o) * <f64>f))
  }
}

/**
 * dx = γ/σ (dy − mean(dy) − (x − μ)/σ² · mean(dy (x − μ))), as dy·a + x·b + k by these three of each column.
 * `products` becomes the gradient of γ.
 */
export function factorsOfNormGradient(
  gamma: usize, mean: usize, variance: usize, sums: usize, products: usize, n: f64, C: i32, epsilon: f64,
  a: usize, b: usize, k: usize
): void {
  const end = <usize>C << 2
  for (let o: usize = 0; o < end; o += 4) {
    const inverse: f64 = 1 / sqrt<f64>(<f64>loadFloat(variance + o) + epsilon)
    const slope = <f64>loadFloat(gamma + o) * inverse, product = <f64>loadFloat(products + o)
    const ofX: f32 = <f32>((-slope * inverse * inverse * product) / n)
    storeFloat(a + o, <f32>slope)
    storeFloat(b + o, ofX)
    storeFloat(k + o, <f32>((-slope * <f64>loadFloat(sums + o)) / n - <f64>ofX * <f64>loadFloat(mean + o)))
    storeFloat(products + o, <f32>(product * inverse))
  }
}

/** y = x * factor[C] + shift[C] */
export function scaleShift(
  x: usize, y: usize, n: i32, C: i32, factor: usize, shift: usize
): void {
  for (let i = 0; i < n; i++) {
    let c = 0
    for (; c + 4 <= C; c += 4) {
      const o = <usize>c << 2
      store(y + o, f32x4.add(f32x4.mul(load(x + o), load(factor + o)), load(shift + o)))
    }
    for (; c < C; c++) {
      const o = <usize>c << 2
      storeFloat(y + o, loadFloat(x + o) * loadFloat(factor + o) + loadFloat(shift + o))
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
  for (; c + 16 <= C; c += 16) {
    const o = <usize>c << 2
    const m0 = load(mean + o), m1 = load(mean + o + 16), m2 = load(mean + o + 32), m3 = load(mean + o + 48)
    let s0 = splat(0), s1 = s0, s2 = s0, s3 = s0, p0 = s0, p1 = s0, p2 = s0, p3 = s0, p = x + o, q = dy + o
    for (let i = 0; i < n; i++) {
      let d = v128.load(q)
      s0 = f32x4.add(s0, d)
      p0 = addMul(p0, d, f32x4.sub(v128.load(p), m0))
      d = v128.load(q, 16)
      s1 = f32x4.add(s1, d)
      p1 = addMul(p1, d, f32x4.sub(v128.load(p, 16), m1))
      d = v128.load(q, 32)
      s2 = f32x4.add(s2, d)
      p2 = addMul(p2, d, f32x4.sub(v128.load(p, 32), m2))
      d = v128.load(q, 48)
      s3 = f32x4.add(s3, d)
      p3 = addMul(p3, d, f32x4.sub(v128.load(p, 48), m3))
      p += row
      q += row
    }
    store(sums + o, s0); store(sums + o + 16, s1); store(sums + o + 32, s2); store(sums + o + 48, s3)
    store(products + o, p0); store(products + o + 16, p1); store(products + o + 32, p2); store(products + o + 48, p3)
  }
  for (; c + 4 <= C; c += 4) {
    const o = <usize>c << 2, m = load(mean + o)
    let s = splat(0), product = s, p = x + o, q = dy + o
    for (let i = 0; i < n; i++) {
      const d = load(q)
      s = f32x4.add(s, d)
      product = addMul(product, d, f32x4.sub(load(p), m))
      p += row
      q += row
    }
    store(sums + o, s)
    store(products + o, product)
  }
  for (; c < C; c++) {
    const o = <usize>c << 2, m = loadFloat(mean + o)
    let s: f32 = 0, product: f32 = 0, p = x + o, q = dy + o
    for (let i = 0; i < n; i++) {
      const d = loadFloat(q)
      s += d
      product += d * (loadFloat(p) - m)
      p += row
      q += row
    }
    storeFloat(sums + o, s)
    storeFloat(products + o, product)
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
      store(dx + o, f32x4.add(addMul(load(k + o), load(x + o), load(b + o)), f32x4.mul(load(dy + o), load(a + o))))
    }
    for (; c < C; c++) {
      const o = <usize>c << 2
      storeFloat(dx + o, loadFloat(k + o) + loadFloat(x + o) * loadFloat(b + o) + loadFloat(dy + o) * loadFloat(a + o))
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
    let sum = splat(0), o: usize = 0
    for (; o < lanes; o += 16) sum = f32x4.add(sum, load(x + o))
    let mean: f32 = horizontalSum(sum)
    for (; o < row; o += 4) mean += loadFloat(x + o)
    mean /= <f32>C
    const m = splat(mean)
    sum = splat(0)
    for (o = 0; o < lanes; o += 16) {
      const d = f32x4.sub(load(x + o), m)
      sum = addMul(sum, d, d)
    }
    let variance: f32 = horizontalSum(sum)
    for (; o < row; o += 4) variance += (loadFloat(x + o) - mean) * (loadFloat(x + o) - mean)
    const factor: f32 = 1 / sqrt<f32>(variance / <f32>C + epsilon), f = splat(factor)
    for (o = 0; o < lanes; o += 16) {
      const normal = f32x4.mul(f32x4.sub(load(x + o), m), f)
      store(y + o, addMul(load(beta + o), normal, load(gamma + o)))
    }
    for (; o < row; o += 4) {
      storeFloat(y + o, loadFloat(beta + o) + (loadFloat(x + o) - mean) * factor * loadFloat(gamma + o))
    }
    storeFloat(statistics, mean)
    storeFloat(statistics + 4, factor)
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
    const mean = loadFloat(statistics), factor = loadFloat(statistics + 4), m = splat(mean), f = splat(factor)
    let a = splat(0), b = splat(0), o: usize = 0
    for (; o < lanes; o += 16) {
      const d = load(dy + o), normal = f32x4.mul(f32x4.sub(load(x + o), m), f)
      const slope = f32x4.mul(d, load(gamma + o))
      a = f32x4.add(a, slope)
      b = addMul(b, slope, normal)
      store(dGamma + o, addMul(load(dGamma + o), d, normal))
      store(dBeta + o, f32x4.add(load(dBeta + o), d))
    }
    let first: f32 = horizontalSum(a), second: f32 = horizontalSum(b)
    for (; o < row; o += 4) {
      const d = loadFloat(dy + o), normal: f32 = (loadFloat(x + o) - mean) * factor
      const slope: f32 = d * loadFloat(gamma + o)
      first += slope
      second += slope * normal
      storeFloat(dGamma + o, loadFloat(dGamma + o) + d * normal)
      storeFloat(dBeta + o, loadFloat(dBeta + o) + d)
    }
    first /= <f32>C
    second /= <f32>C
    const one = splat(first), two = splat(second)
    for (o = 0; o < lanes; o += 16) {
      const normal = f32x4.mul(f32x4.sub(load(x + o), m), f)
      const slope = f32x4.sub(f32x4.mul(load(dy + o), load(gamma + o)), one)
      store(dx + o, f32x4.mul(f, f32x4.sub(slope, f32x4.mul(normal, two))))
    }
    for (; o < row; o += 4) {
      const normal: f32 = (loadFloat(x + o) - mean) * factor
      storeFloat(dx + o, factor * (loadFloat(dy + o) * loadFloat(gamma + o) - first - normal * second))
    }
    statistics += 8
    x += row
    dy += row
    dx += row
  }
}
