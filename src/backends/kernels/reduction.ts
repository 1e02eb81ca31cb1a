import { addMul, load, loadFloat, splat, splatLoad, store, storeFloat } from "./lanes"

/** out[C] = the sums of the columns of x[n, C], each in row order. */
export function columnSums(x: usize, out: usize, n: i32, C: i32): void {
  const row = <usize>C << 2
  let c = 0
  for (; c + 16 <= C; c += 16) {
    let a0 = splat(0), a1 = a0, a2 = a0, a3 = a0, p = x + (<usize>c << 2)
    for (let i = 0; i < n; i++) {
      a0 = f32x4.add(a0, load(p))
      a1 = f32x4.add(a1, v128.load(p, 16))
      a2 = f32x4.add(a2, v128.load(p, 32))
      a3 = f32x4.add(a3, v128.load(p, 48))
      p += row
    }
    const q = out + (<usize>c << 2)
    store(q, a0); store(q + 16, a1); store(q + 32, a2); store(q + 48, a3)
  }
  for (; c + 4 <= C; c += 4) {
    let sum = splat(0), p = x + (<usize>c << 2)
    for (let i = 0; i < n; i++) {
      sum = f32x4.add(sum, load(p))
      p += row
    }
    store(out + (<usize>c << 2), sum)
  }
  for (; c < C; c++) {
    let sum: f32 = 0, p = x + (<usize>c << 2)
    for (let i = 0; i < n; i++) {
      sum += loadFloat(p)
      p += row
    }
    storeFloat(out + (<usize>c << 2), sum)
  }
}

/**
 * By how many powers of two the largest of x[n] exceeds the geometric mean of those other than 0, going
 * by their exponents; infinite if any is not finite.
 */
export function exponentSpread(x: usize, n: i32): f64 {
  const mask = i32x4.splat(255), zero = i32x4.splat(0)
  let largest = i32x4.splat(0), sum: f64 = 0, count: f64 = 0, p = x
  let top: i32 = 0
  const end = x + (<usize>n << 2), lanes = x + (<usize>(n & ~7) << 2)
  while (p < lanes) {
    // So many that their sums stay within 32 bits.
    const stop = min(lanes, p + (1 << 22))
    let sums = zero, counts = zero, sums1 = zero, counts1 = zero
    for (; p < stop; p += 32) {
      const e = v128.and(i32x4.shr_u(load(p), 23), mask), e1 = v128.and(i32x4.shr_u(load(p + 16), 23), mask)
      largest = i32x4.max_s(largest, i32x4.max_s(e, e1))
      sums = i32x4.add(sums, e)
      sums1 = i32x4.add(sums1, e1)
      counts = i32x4.sub(counts, i32x4.gt_s(e, zero))
      counts1 = i32x4.sub(counts1, i32x4.gt_s(e1, zero))
    }
    sums = i32x4.add(sums, sums1)
    counts = i32x4.add(counts, counts1)
    sum += <f64>lanesSum(sums)
    count += <f64>lanesSum(counts)
  }
  top = max(
    max(i32x4.extract_lane(largest, 0), i32x4.extract_lane(largest, 1)),
    max(i32x4.extract_lane(largest, 2), i32x4.extract_lane(largest, 3))
  )
  for (; p < end; p += 4) {
    const exponent: i32 = (i32.load(p) >>> 23) & 255
    top = max(top, exponent)
    sum += <f64>exponent
    if (exponent > 0) count += 1
  }
  if (top == 255) return Infinity
  return count == 0 ? 0 : <f64>top - sum / count
}

// @ts-ignore: decorator
@inline function lanesSum(x: v128): i32 {
  return i32x4.extract_lane(x, 0) + i32x4.extract_lane(x, 1) +
    i32x4.extract_lane(x, 2) + i32x4.extract_lane(x, 3)
}

/** Multiplies x[n] in place. */
export function scale(x: usize, n: i32, factor: f32): void {
  const by = splat(factor), end = x + (<usize>n << 2), lanes = x + (<usize>(n & ~3) << 2)
  for (; x < lanes; x += 16) store(x, f32x4.mul(load(x), by))
  for (; x < end; x += 4) storeFloat(x, loadFloat(x) * factor)
}

/** out[times, size] = `times` copies of x[size]. */
export function repeat(x: usize, out: usize, size: i32, times: i32): void {
  if (times == 0) return
  const bytes = <usize>size << 2
  memory.copy(out, x, bytes)
  for (let done = 1; done < times; ) {
    const more = min(done, times - done)
    memory.copy(out + <usize>done * bytes, out, <usize>more * bytes)
    done += more
  }
}

/** out[rows, size] = each of x[rows], repeated `size` times. */
export function spread(x: usize, out: usize, rows: i32, size: i32): void {
  for (let i = 0; i < rows; i++) {
    const value = loadFloat(x), lanes = splatLoad(x)
    let j = 0
    for (; j + 4 <= size; j += 4) {
      store(out, lanes)
      out += 16
    }
    for (; j < size; j++) {
      storeFloat(out, value)
      out += 4
    }
    x += 4
  }
}

/** mean[C] and variance[C] (biased, about the mean) of the columns of x[n, C]. */
export function columnMoments(x: usize, n: i32, C: i32, mean: usize, variance: usize): void {
  columnSums(x, mean, n, C)
  const inverse: f32 = 1 / <f32>n, row = <usize>C << 2
  scale(mean, C, inverse)
  let c = 0
  for (; c + 16 <= C; c += 16) {
    const o = <usize>c << 2
    const m0 = load(mean + o), m1 = load(mean + o + 16), m2 = load(mean + o + 32), m3 = load(mean + o + 48)
    let a0 = splat(0), a1 = a0, a2 = a0, a3 = a0, p = x + o
    for (let i = 0; i < n; i++) {
      const d0 = f32x4.sub(load(p), m0), d1 = f32x4.sub(v128.load(p, 16), m1)
      const d2 = f32x4.sub(v128.load(p, 32), m2), d3 = f32x4.sub(v128.load(p, 48), m3)
      a0 = addMul(a0, d0, d0)
      a1 = addMul(a1, d1, d1)
      a2 = addMul(a2, d2, d2)
      a3 = addMul(a3, d3, d3)
      p += row
    }
    const q = variance + o
    store(q, a0); store(q + 16, a1); store(q + 32, a2); store(q + 48, a3)
  }
  for (; c + 4 <= C; c += 4) {
    const o = <usize>c << 2, m = load(mean + o)
    let sum = splat(0), p = x + o
    for (let i = 0; i < n; i++) {
      const d = f32x4.sub(load(p), m)
      sum = addMul(sum, d, d)
      p += row
    }
    store(variance + o, sum)
  }
  for (; c < C; c++) {
    const o = <usize>c << 2, m = loadFloat(mean + o)
    let sum: f32 = 0, p = x + o
    for (let i = 0; i < n; i++) {
      const d = loadFloat(p) - m
      sum += d * d
      p += row
    }
    storeFloat(variance + o, sum)
  }
  scale(variance, C, inverse)
}
