import { load, loadFloat, loadPartial, store, storeFloat } from "./lanes"

// A panel holds eight columns of a matrix, row after row: 32 bytes a row. A strip holds four rows of one, column
// after column: 16 bytes a column. Both are filled up with zeros.

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
    transpose4(b + o, columnStride, 2 * columnStride, 3 * columnStride, panel, 32)
    transpose4(upper + o, columnStride, 2 * columnStride, 3 * columnStride, panel + 16, 32)
    panel += 128
  }
  for (; k < kc; k++) {
    for (let j = 0; j < 8; j++) {
      storeFloat(panel + (j << 2), loadFloat(b + <usize>j * columnStride + (<usize>k << 2)))
    }
    panel += 32
  }
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

/** Packs `rows` rows and kc columns of a matrix into strips, one after the other; a stride must be 4. */
export function packStrips(
  a: usize, strips: usize, rows: i32, kc: i32, rowStride: usize, columnStride: usize
): void {
  for (let m0 = 0; m0 < rows; m0 += 4) {
    const count = min(4, rows - m0)
    if (columnStride == 4) {
      packRun(a, rowStride, 2 * rowStride, 3 * rowStride, strips, kc, count)
    } else {
      let from = a, to = strips
      for (let k = 0; k < kc; k++) {
        store(to, loadPartial(from, count))
        from += columnStride
        to += 16
      }
    }
    a += 4 * rowStride
    strips += <usize>kc << 4
  }
}

/**
 * Packs a part of a strip: `n` neighbours in each of `rows` rows, which lie at `o1`, `o2` and `o3` from the
 * first.
 */
// @ts-ignore: decorator
@inline export function packRun(
  a: usize, o1: usize, o2: usize, o3: usize, target: usize, n: i32, rows: i32
): void {
  if (rows < 4) {
    // What is computed from the rows beyond the last is not stored.
    o3 = 0
    if (rows < 3) o2 = 0
    if (rows < 2) o1 = 0
  }
  const end = a + (<usize>n << 2), quads = a + (<usize>(n & ~3) << 2)
  if (o1 == 4 && o2 == 8 && o3 == 12) {
    // Of one channel without strides, neighbours in a row are neighbours in a column.
    for (; a < end; a += 4) {
      store(target, load(a))
      target += 16
    }
    return
  }
  for (; a < quads; a += 16) {
    transpose4(a, o1, o2, o3, target, 16)
    target += 64
  }
  for (; a < end; a += 4) {
    storeFloat(target, loadFloat(a))
    storeFloat(target + 4, loadFloat(a + o1))
    storeFloat(target + 8, loadFloat(a + o2))
    storeFloat(target + 12, loadFloat(a + o3))
    target += 16
  }
}

/** Four rows of four, which lie at `o1`, `o2` and `o3` from the first, to columns `next` apart. */
// @ts-ignore: decorator
@inline export function transpose4(source: usize, o1: usize, o2: usize, o3: usize, target: usize, next: usize): void {
  const r0 = load(source), r1 = load(source + o1), r2 = load(source + o2), r3 = load(source + o3)
  const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7)
  const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7)
  store(target, v128.shuffle<f64>(t0, t2, 0, 2))
  store(target + next, v128.shuffle<f64>(t0, t2, 1, 3))
  store(target + 2 * next, v128.shuffle<f64>(t1, t3, 0, 2))
  store(target + 3 * next, v128.shuffle<f64>(t1, t3, 1, 3))
}
