import { load, loadFloat, store, storeFloat } from "./lanes"

// A panel holds eight columns of a matrix, row after row, filled up with zeros: 32 bytes a row.

/** Packs columns `n0…n0+7` of rows `k0…k0+kc-1` of a matrix with the given strides. */
export function packPanel(
  b: usize, panel: usize, kc: i32, columns: i32, rowStride: usize, columnStride: usize
): void {
  if (columns == 8 && columnStride == 4) return packRows(b, panel, kc, rowStride)
  if (columns == 8 && rowStride == 4) return packTransposed(b, panel, kc, columnStride)
  for (let k = 0; k < kc; k++) {
    for (let j = 0; j < 8; j++) {
      storeFloat(panel + (j << 2), j < columns ? loadFloat(b + <usize>j * columnStride) : 0)
    }
    panel += 32
    b += rowStride
  }
}

function packRows(b: usize, panel: usize, kc: i32, rowStride: usize): void {
  for (let k = 0; k < kc; k++) {
    store(panel, load(b))
    store(panel + 16, load(b + 16))
    panel += 32
    b += rowStride
  }
}

/** Eight columns, each contiguous: transposed by blocks of four by four. */
function packTransposed(b: usize, panel: usize, kc: i32, columnStride: usize): void {
  const upper = b + 4 * columnStride
  let k = 0
  for (; k + 4 <= kc; k += 4) {
    const o = <usize>k << 2
    transpose4(b + o, columnStride, panel)
    transpose4(upper + o, columnStride, panel + 16)
    panel += 128
  }
  for (; k < kc; k++) {
    for (let j = 0; j < 8; j++) {
      storeFloat(panel + (j << 2), loadFloat(b + <usize>j * columnStride + (<usize>k << 2)))
    }
    panel += 32
  }
}

// @ts-ignore: decorator
@inline function transpose4(source: usize, stride: usize, target: usize): void {
  const r0 = load(source), r1 = load(source + stride)
  const r2 = load(source + 2 * stride), r3 = load(source + 3 * stride)
  const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7)
  const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7)
  store(target, v128.shuffle<f64>(t0, t2, 0, 2))
  store(target + 32, v128.shuffle<f64>(t0, t2, 1, 3))
  store(target + 64, v128.shuffle<f64>(t1, t3, 0, 2))
  store(target + 96, v128.shuffle<f64>(t1, t3, 1, 3))
}

/** Packs a matrix [K, N] into its ceil(N / 8) panels, one after the other; a stride must be 4. */
export function packMatrix(
  source: usize, target: usize, K: i32, N: i32, rowStride: usize, columnStride: usize
): void {
  for (let n0 = 0; n0 < N; n0 += 8) {
    packPanel(source + <usize>n0 * columnStride, target, K, min(8, N - n0), rowStride, columnStride)
    target += <usize>K << 5
  }
}
