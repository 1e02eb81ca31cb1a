import { packPanel, packStrips } from "./panels"
import { tile } from "./tile"

/** Rows of B packed at a time: their panel (16 KB) stays in the first-level cache. */
const BLOCK = 512

/** Bytes of strips of A that are packed at a time, for which there is room in the second-level cache. */
const STRIPS = 1 << 18

/** For the edges of a matrix: see `tile`. */
const EDGE: usize = 128

/** Bytes of scratch memory that `matmul` needs: for an edge, strips and a panel. */
export const MATMUL_SCRATCH: i32 = <i32>EDGE + STRIPS + BLOCK * 32

/**
 * C[M, N] = A B, or C + A B with `add`. A[m, k] lies at `A + m * aRow + k * aColumn`, B[k, n] at
 * `B + k * bRow + n * bColumn`; of both matrices' strides one must be 4. The rows of C are contiguous. Every
 * element sums over k in ascending order within blocks of 512.
 */
export function matmul(
  A: usize, B: usize, C: usize, M: i32, N: i32, K: i32, aRow: usize, aColumn: usize,
  bRow: usize, bColumn: usize, cRow: usize, add: i32, scratch: usize
): void {
  const strips = scratch + EDGE, panel = strips + STRIPS
  for (let k0 = 0; k0 < K; k0 += BLOCK) {
    const kc = min(BLOCK, K - k0), a = A + <usize>k0 * aColumn, b = B + <usize>k0 * bRow
    const most = rowsAtATime(kc), more = k0 > 0 || add != 0
    for (let m0 = 0; m0 < M; m0 += most) {
      const rows = min(most, M - m0), c = C + <usize>m0 * cRow
      packStrips(a + <usize>m0 * aRow, strips, rows, kc, aRow, aColumn)
      for (let n0 = 0; n0 < N; n0 += 8) {
        const columns = min(8, N - n0)
        packPanel(b + <usize>n0 * bColumn, panel, kc, columns, bRow, bColumn)
        multiplyPanel(strips, panel, c + (n0 << 2), rows, columns, kc, cRow, more, scratch)
      }
    }
  }
}

/** So many rows that the strips of `kc` columns of them fit, four at least. */
// @ts-ignore: decorator
@inline function rowsAtATime(kc: i32): i32 {
  return max(4, (STRIPS / (kc << 4)) << 2)
}

/**
 * `matmul` for a B [K, N] that is packed in panels already; every element sums over all of k. `scratch` is
 * MATMUL_SCRATCH bytes, or 16 K where that is more.
 */
export function multiplyPanels(
  A: usize, panels: usize, C: usize, M: i32, N: i32, K: i32, aRow: usize, aColumn: usize,
  cRow: usize, add: bool, scratch: usize
): void {
  const strips = scratch + EDGE, most = rowsAtATime(K)
  for (let m0 = 0; m0 < M; m0 += most) {
    const rows = min(most, M - m0), c = C + <usize>m0 * cRow
    packStrips(A + <usize>m0 * aRow, strips, rows, K, aRow, aColumn)
    multiplyStrips(strips, panels, c, rows, N, K, cRow, add, scratch)
  }
}

/** `multiplyPanels` for rows that are packed in strips as well; `edge` is 128 bytes of scratch memory. */
export function multiplyStrips(
  strips: usize, panels: usize, C: usize, M: i32, N: i32, K: i32, cRow: usize, add: bool, edge: usize
): void {
  for (let n0 = 0; n0 < N; n0 += 8) {
    multiplyPanel(strips, panels, C + (n0 << 2), M, min(8, N - n0), K, cRow, add, edge)
    panels += <usize>K << 5
  }
}

/** The product of strips and one panel. */
export function multiplyPanel(
  strips: usize, panel: usize, c: usize, M: i32, columns: i32, kc: i32, cRow: usize, add: bool, edge: usize
): void {
  for (let m0 = 0; m0 < M; m0 += 4) {
    tile(strips, panel, c, kc, min(4, M - m0), columns, cRow, add, edge)
    strips += <usize>kc << 4
    c += 4 * cRow
  }
}
