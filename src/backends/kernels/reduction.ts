import { addMul, all, at, each, float, put, putFloat } from "./lanes"

/** out[C] = the sums of the columns of x[n, C], each in row order. */
export function columnSums(x: usize, out: usize, n: i32, C: i32): void {
  const row = <usize>C << 2
  let c = 0
  for (; c + 16 <= C; c += 16) {
    let a0 = all(0), a1 = a0, a2 = a0, a3 = a0, p = x + (<usize>c << 2)
    for (let i = 0; i < n; i++) {
      a0 = f32x4.add(a0, at(p))
      a1 = f32x4.add(a1, at(p + 16))
      a2 = f32x4.add(a2, at(p + 32))
      a3 = f32x4.add(a3, at(p + 48))
      p += row
    }
    const q = out + (<usize>c << 2)
    put(q, a0); put(q + 16, a1); put(q + 32, a2); put(q + 48, a3)
  }
  for (; c + 4 <= C; c += 4) {
    let sum = all(0), p = x + (<usize>c << 2)
    for (let i = 0; i < n; i++) {
      sum = f32x4.add(sum, at(p))
      p += row
    }
    put(out + (<usize>c << 2), sum)
  }
  for (; c < C; c++) {
    let sum: f32 = 0, p = x + (<usize>c << 2)
    for (let i = 0; i < n; i++) {
      sum += float(p)
      p += row
    }
    putFloat(out + (<usize>c << 2), sum)
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
      const e = v128.and(i32x4.shr_u(at(p), 23), mask), e1 = v128.and(i32x4.shr_u(at(p + 16), 23), mask)
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
    const exponent: i32 = (load<i32>(p) >>> 23) & 255
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
  const by = all(factor), end = x + (<usize>n << 2), lanes = x + (<usize>(n & ~3) << 2)
  for (; x < lanes; x += 16) put(x, f32x4.mul(at(x), by))
  for (; x < end; x += 4) putFloat(x, float(x) * factor)
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
    const value = float(x), lanes = each(x)
    let j = 0
    for (; j + 4 <= size; j += 4) {
      put(out, lanes)
      out += 16
    }
    for (; j < size; j++) {
      putFloat(out, value)
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
  for (; c + 8 <= C; c += 8) {
    const o = <usize>c << 2, m0 = at(mean + o), m1 = at(mean + o + 16)
    let a0 = all(0), a1 = a0, p = x + o
    for (let i = 0; i < n; i++) {
      const d0 = f32x4.sub(at(p), m0), d1 = f32x4.sub(at(p + 16), m1)
      a0 = addMul(a0, d0, d0)
      a1 = addMul(a1, d1, d1)
      p += row
    }
    put(variance + o, a0)
    put(variance + o + 16, a1)
  }
  for (; c < C; c++) {
    const o = <usize>c << 2, m = float(mean + o)
    let sum: f32 = 0, p = x + o
    for (let i = 0; i < n; i++) {
      const d = float(p) - m
      sum += d * d
      p += row
    }
    putFloat(variance + o, sum)
  }
  scale(variance, C, inverse)
}
