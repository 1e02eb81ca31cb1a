import { addMul, load, loadFloat, splat, splatLoad, store, storeFloat } from "./lanes"
import { packPanel } from "./panels"

/** Rows of B packed at a time: their panel (16 KB) stays in the first-level cache. */
const BLOCK = 512

/** Bytes of scratch memory that `matmul` needs: a panel, and a tile for the edges. */
export const MATMUL_SCRATCH: i32 = BLOCK * 32 + 128

/**
 * C[M, N] = A B, or C + A B with `add`. A[m, k] lies at `A + m * aRow + k * aColumn`, B[k, n] at
 * `B + k * bRow + n * bColumn`; of B's strides one must be 4. The rows of C are contiguous. Every
 * element sums over k in ascending order within blocks of 512.
 */
export function matmul(
  A: usize, B: usize, C: usize, M: i32, N: i32, K: i32, aRow: usize, aColumn: usize,
  bRow: usize, bColumn: usize, cRow: usize, add: i32, scratch: usize
): void {
  const edge = scratch + BLOCK * 32
  for (let k0 = 0; k0 < K; k0 += BLOCK) {
    const kc = min(BLOCK, K - k0), a = A + <usize>k0 * aColumn
    for (let n0 = 0; n0 < N; n0 += 8) {
      const columns = min(8, N - n0)
      packPanel(B + <usize>k0 * bRow + <usize>n0 * bColumn, scratch, kc, columns, bRow, bColumn)
      const more = k0 > 0 || add != 0
      multiplyPanel(a, scratch, C + (n0 << 2), M, columns, kc, aRow, aColumn, cRow, more, edge)
    }
  }
}

/** `matmul` for a B [K, N] that is packed in panels already; `edge` is 128 bytes of scratch. */
export function multiplyPanels(
  A: usize, panels: usize, C: usize, M: i32, N: i32, K: i32, aRow: usize, aColumn: usize,
  cRow: usize, add: bool, edge: usize
): void {
  for (let n0 = 0; n0 < N; n0 += 8) {
    const columns = min(8, N - n0)
    multiplyPanel(A, panels, C + (n0 << 2), M, columns, K, aRow, aColumn, cRow, add, edge)
    panels += <usize>K << 5
  }
}

function multiplyPanel(
  a: usize, panel: usize, c: usize, M: i32, columns: i32, kc: i32, aRow: usize, aColumn: usize,
  cRow: usize, add: bool, edge: usize
): void {
  let m0 = 0
  for (; m0 + 4 <= M; m0 += 4) {
    tile(a, panel, c, kc, 4, columns, aColumn, aRow, 2 * aRow, 3 * aRow, cRow, add, edge)
    a += 4 * aRow
    c += 4 * cRow
  }
  const rest = M - m0
  if (rest == 0) return
  const o1: usize = rest > 1 ? aRow : 0, o2: usize = rest > 2 ? 2 * aRow : o1
  tile(a, panel, c, kc, rest, columns, aColumn, o1, o2, o2, cRow, add, edge)
}

/**
 * A tile of 4 × 8, whose rows lie at `o1`, `o2` and `o3` from the first: of those beyond the last
 * row, which are not stored, anywhere. Two steps a turn of the loop, which V8 interrupts by a check
 * of the stack; unrolled without the exit between them, it runs out of registers.
 */
function tile(
  a: usize, panel: usize, c: usize, kc: i32, rows: i32, columns: i32, aColumn: usize,
  o1: usize, o2: usize, o3: usize, cRow: usize, add: bool, edge: usize
): void {
  let x0 = splat(0), x1 = x0, x2 = x0, x3 = x0, x4 = x0, x5 = x0, x6 = x0, x7 = x0
  const end = panel + (<usize>kc << 5)
  while (true) {
    let b0 = load(panel), b1 = load(panel + 16), v = splatLoad(a)
    x0 = addMul(x0, v, b0); x1 = addMul(x1, v, b1)
    v = splatLoad(a + o1)
    x2 = addMul(x2, v, b0); x3 = addMul(x3, v, b1)
    v = splatLoad(a + o2)
    x4 = addMul(x4, v, b0); x5 = addMul(x5, v, b1)
    v = splatLoad(a + o3)
    x6 = addMul(x6, v, b0); x7 = addMul(x7, v, b1)
    a += aColumn
    panel += 32
    if (panel >= end) break
    b0 = load(panel); b1 = load(panel + 16); v = splatLoad(a)
    x0 = addMul(x0, v, b0); x1 = addMul(x1, v, b1)
    v = splatLoad(a + o1)
    x2 = addMul(x2, v, b0); x3 = addMul(x3, v, b1)
    v = splatLoad(a + o2)
    x4 = addMul(x4, v, b0); x5 = addMul(x5, v, b1)
    v = splatLoad(a + o3)
    x6 = addMul(x6, v, b0); x7 = addMul(x7, v, b1)
    a += aColumn
    panel += 32
    if (panel >= end) break
  }
  storeTile(c, cRow, rows, columns, add, edge, x0, x1, x2, x3, x4, x5, x6, x7)
}

/** Writes the part of a 4 × 8 tile that lies within the matrix, or adds it to what is there. */
// @ts-ignore: decorator
@inline export function storeTile(
  c: usize, cRow: usize, rows: i32, columns: i32, add: bool, edge: usize,
  x0: v128, x1: v128, x2: v128, x3: v128, x4: v128, x5: v128, x6: v128, x7: v128
): void {
  if (rows == 4 && columns == 8) {
    storeRow(c, x0, x1, add)
    storeRow(c + cRow, x2, x3, add)
    storeRow(c + 2 * cRow, x4, x5, add)
    storeRow(c + 3 * cRow, x6, x7, add)
  } else {
    store(edge, x0); store(edge + 16, x1); store(edge + 32, x2); store(edge + 48, x3)
    store(edge + 64, x4); store(edge + 80, x5); store(edge + 96, x6); store(edge + 112, x7)
    storeEdge(c, cRow, rows, columns, add, edge)
  }
}

// @ts-ignore: decorator
@inline function storeRow(c: usize, left: v128, right: v128, add: bool): void {
  if (add) {
    left = f32x4.add(load(c), left)
    right = f32x4.add(load(c + 16), right)
  }
  store(c, left)
  store(c + 16, right)
}

function storeEdge(
  c: usize, cRow: usize, rows: i32, columns: i32, add: bool, edge: usize
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const cell = c + (<usize>j << 2), value = loadFloat(edge + (<usize>j << 2))
      storeFloat(cell, add ? loadFloat(cell) + value : value)
    }
    c += cRow
    edge += 32
  }
}
