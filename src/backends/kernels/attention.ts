import { exp } from "./functions"
import {
  horizontalSum, loadFloat, loadPartial, splat, storeFloat, storePartial
} from "./lanes"
import { MATMUL_SCRATCH, matmul } from "./matmul"

// Scaled dot-product attention of heads that lie side by side: q[B, T, H · D], k[B, S, H · D],
// v[B, S, H · E], out[B, T, H · E], the probabilities p[B, H, T, S] before dropout.

/** Queries at a time: their scores stay in the cache, and causal ones skip the keys after them. */
const ROWS = 32

/** Bytes of scratch memory for S keys: a block of scores twice, and that of products. */
export function attentionScratch(S: i32): i32 {
  return 2 * ROWS * S * 4 + MATMUL_SCRATCH
}

/**
 * out = dropout(softmax(scale · q kᵀ)) v. The mask, if its address is not 0, has 0 for a key that does
 * not count; `maskBatch` and `maskRow` are its strides from an example, and from a query, to the next. A
 * query without a key that counts gets zeros. With `causal` query t looks at keys 0…t. `drop` of 2^32
 * probabilities become 0, and the others are multiplied by `keep`.
 */
export function attention(
  q: usize, k: usize, v: usize, out: usize, p: usize, mask: usize, maskBatch: usize, maskRow: usize,
  B: i32, H: i32, T: i32, S: i32, D: i32, E: i32, scale: f32, causal: bool,
  drop: u32, keep: f32, seedA: u32, seedB: u32, scratch: usize
): void {
  const qRow = <usize>(H * D) << 2, vRow = <usize>(H * E) << 2, pRow = <usize>S << 2
  const dropped = scratch + MATMUL_SCRATCH
  for (let b = 0; b < B; b++) {
    for (let h = 0; h < H; h++) {
      const Q = q + <usize>b * T * qRow + (<usize>(h * D) << 2)
      const K = k + <usize>b * S * qRow + (<usize>(h * D) << 2)
      const V = v + <usize>b * S * vRow + (<usize>(h * E) << 2)
      const O = out + <usize>b * T * vRow + (<usize>(h * E) << 2)
      const P = p + <usize>(b * H + h) * T * pRow
      for (let t0 = 0; t0 < T; t0 += ROWS) {
        const rows = min(ROWS, T - t0), n = causal ? min(S, t0 + rows) : S
        const scores = P + <usize>t0 * pRow
        matmul(Q + <usize>t0 * qRow, K, scores, rows, n, D, qRow, 4, 4, qRow, pRow, 0, scratch)
        for (let t = 0; t < rows; t++) {
          const row = scores + <usize>t * pRow, seen = causal ? min(S, t0 + t + 1) : S
          const own: usize = mask == 0 ? 0 : mask + <usize>b * maskBatch + <usize>(t0 + t) * maskRow
          softmaxRow(row, seen, scale, own)
          memory.fill(row + (<usize>seen << 2), 0, <usize>(n - seen) << 2)
        }
        let weights = scores
        if (drop != 0) {
          const first = <u32>(((b * H + h) * T + t0) * S)
          dropRows(scores, dropped, rows, n, pRow, pRow, first, S, drop, keep, seedA, seedB)
          weights = dropped
        }
        matmul(weights, V, O + <usize>t0 * vRow, rows, E, n, pRow, 4, vRow, 4, vRow, 0, scratch)
      }
    }
  }
}

/** The gradients of `attention`, from what it has left in p. */
export function attentionGradient(
  dOut: usize, q: usize, k: usize, v: usize, p: usize, dq: usize, dk: usize, dv: usize,
  B: i32, H: i32, T: i32, S: i32, D: i32, E: i32, scale: f32, causal: bool,
  drop: u32, keep: f32, seedA: u32, seedB: u32, scratch: usize
): void {
  const qRow = <usize>(H * D) << 2, vRow = <usize>(H * E) << 2, pRow = <usize>S << 2
  const slopes = scratch + MATMUL_SCRATCH, dropped = slopes + <usize>ROWS * pRow
  memory.fill(dk, 0, <usize>(B * S) * qRow)
  memory.fill(dv, 0, <usize>(B * S) * vRow)
  for (let b = 0; b < B; b++) {
    for (let h = 0; h < H; h++) {
      const atQuery = <usize>b * T * qRow + (<usize>(h * D) << 2)
      const atKey = <usize>b * S * qRow + (<usize>(h * D) << 2)
      const atValue = <usize>b * S * vRow + (<usize>(h * E) << 2)
      const dO = dOut + <usize>b * T * vRow + (<usize>(h * E) << 2)
      const P = p + <usize>(b * H + h) * T * pRow
      for (let t0 = 0; t0 < T; t0 += ROWS) {
        const rows = min(ROWS, T - t0), n = causal ? min(S, t0 + rows) : S
        const weights = P + <usize>t0 * pRow, d = dO + <usize>t0 * vRow
        const query = atQuery + <usize>t0 * qRow
        let used = weights
        matmul(d, v + atValue, slopes, rows, n, E, vRow, 4, 4, vRow, pRow, 0, scratch)
        if (drop != 0) {
          const first = <u32>(((b * H + h) * T + t0) * S)
          dropRows(slopes, slopes, rows, n, pRow, pRow, first, S, drop, keep, seedA, seedB)
          dropRows(weights, dropped, rows, n, pRow, pRow, first, S, drop, keep, seedA, seedB)
          used = dropped
        }
        matmul(used, d, dv + atValue, n, E, rows, 4, pRow, vRow, 4, vRow, 1, scratch)
        for (let t = 0; t < rows; t++) {
          softmaxRowGradient(weights + <usize>t * pRow, slopes + <usize>t * pRow, n, scale)
        }
        matmul(slopes, k + atKey, dq + query, rows, D, n, pRow, 4, qRow, 4, qRow, 0, scratch)
        matmul(slopes, q + query, dk + atKey, n, D, rows, 4, pRow, qRow, 4, qRow, 1, scratch)
      }
    }
  }
}

// @ts-ignore: decorator
@inline function ofFirst(value: v128, count: i32, other: v128): v128 {
  return v128.bitselect(value, other, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count)))
}

/** x[n] = softmax(scale · x) over those whose mask is not 0; zeros, where there are none. */
function softmaxRow(x: usize, n: i32, scale: f32, mask: usize): void {
  const factor = splat(scale), none = splat(-Infinity), zero = splat(0)
  let top = none
  for (let i = 0; i < n; i += 4) {
    const o = <usize>i << 2, count = n - i
    let score = f32x4.mul(loadPartial(x + o, count), factor)
    if (mask != 0) score = v128.bitselect(none, score, f32x4.eq(loadPartial(mask + o, count), zero))
    storePartial(x + o, score, count)
    top = f32x4.max(top, ofFirst(score, count, none))
  }
  const pairs = f32x4.max(top, v128.shuffle<f32>(top, top, 2, 3, 0, 1))
  const largest = f32x4.max(pairs, v128.shuffle<f32>(pairs, pairs, 1, 0, 3, 2))
  if (f32x4.extract_lane(largest, 0) == -Infinity) return memory.fill(x, 0, <usize>n << 2)
  let sum = zero
  for (let i = 0; i < n; i += 4) {
    const o = <usize>i << 2, count = n - i, score = loadPartial(x + o, count)
    // What does not count is 0, and not the smallest number that `exp` gives.
    const power = v128.andnot(exp(f32x4.sub(score, largest)), f32x4.eq(score, none))
    storePartial(x + o, power, count)
    sum = f32x4.add(sum, ofFirst(power, count, zero))
  }
  const total = splat(horizontalSum(sum))
  for (let i = 0; i < n; i += 4) {
    const o = <usize>i << 2, count = n - i
    storePartial(x + o, f32x4.div(loadPartial(x + o, count), total), count)
  }
}

/** slope[n] = scale · p (slope − Σ p · slope) */
function softmaxRowGradient(p: usize, slope: usize, n: i32, scale: f32): void {
  let sum = splat(0)
  for (let i = 0; i < n; i += 4) {
    const o = <usize>i << 2, count = n - i
    sum = f32x4.add(sum, f32x4.mul(loadPartial(p + o, count), loadPartial(slope + o, count)))
  }
  const total = splat(horizontalSum(sum)), factor = splat(scale)
  for (let i = 0; i < n; i += 4) {
    const o = <usize>i << 2, count = n - i
    const less = f32x4.sub(loadPartial(slope + o, count), total)
    storePartial(slope + o, f32x4.mul(f32x4.mul(less, loadPartial(p + o, count)), factor), count)
  }
}

/**
 * to[rows, n] = from, of which `drop` of 2^32 become 0, and the others are multiplied by `keep`. Which,
 * follows from the seeds and the number of the element, that of the first being `first`, with `S` to a row.
 * `dropMask` of src/backends/Attention.ts draws the same.
 */
function dropRows(
  from: usize, to: usize, rows: i32, n: i32, fromRow: usize, toRow: usize, first: u32, S: i32,
  drop: u32, keep: f32, seedA: u32, seedB: u32
): void {
  for (let t = 0; t < rows; t++) {
    for (let i = 0; i < n; i++) {
      const o = <usize>i << 2
      const isKept = hash(first + <u32>(t * S + i), seedA, seedB) >= drop
      storeFloat(to + o, isKept ? loadFloat(from + o) * keep : 0)
    }
    from += fromRow
    to += toRow
  }
}

/** Mixes a number and two seeds (lowbias32 of Wellons, and one round more for the second seed). */
// @ts-ignore: decorator
@inline function hash(x: u32, seedA: u32, seedB: u32): u32 {
  x ^= seedA
  x = (x ^ (x >>> 16)) * 0x7feb352d
  x = (x ^ (x >>> 15)) * 0x846ca68b
  x ^= x >>> 16
  x = (x ^ seedB) * 0x9e3779b1
  return x ^ (x >>> 15)
}
