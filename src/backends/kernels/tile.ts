import { addMul, load, loadFloat, splat, store, storeFloat } from "./lanes"

/**
 * The product of four rows, packed as [kc, 4], and eight columns, packed as [kc, 8]: a tile of 4 × 8 at `c`, of
 * which `rows` × `columns` lie within the matrix, or with `add` added to what is there. Every element sums in
 * the order of k. `kc` is at least 1.
 *
 * Eight steps a turn, for V8 checks the stack in each. An exit follows every step: without one V8 loads for
 * several steps before it computes, and runs out of registers. The exit within the first step is never taken: it
 * has V8 give the registers to the following ones so that their code is 128 bytes each, which the processor takes in
 * faster. Both factors are packed, so that a step takes 24 instructions; with rows elsewhere their addresses
 * have to be computed, which takes three more.
 */
// @ts-ignore: decorator
@inline export function tile(
  a: usize, b: usize, c: usize, kc: i32, rows: i32, columns: i32, cRow: usize, add: bool, edge: usize
): void {
  let x0 = splat(0), x1 = x0, x2 = x0, x3 = x0, x4 = x0, x5 = x0, x6 = x0, x7 = x0
  let b0: v128, b1: v128, v: v128
  const end = a + (<usize>kc << 4)
  while (true) {
    b0 = v128.load(b, 0); b1 = v128.load(b, 16)
    v = v128.load32_splat(a); x0 = addMul(x0, v, b0); x1 = addMul(x1, v, b1)
    v = v128.load32_splat(a, 4); x2 = addMul(x2, v, b0); x3 = addMul(x3, v, b1)
    if (a == end) break
    v = v128.load32_splat(a, 8); x4 = addMul(x4, v, b0); x5 = addMul(x5, v, b1)
    v = v128.load32_splat(a, 12); x6 = addMul(x6, v, b0); x7 = addMul(x7, v, b1)
    a += 16
    if (a == end) break
    b0 = v128.load(b, 32); b1 = v128.load(b, 48)
    v = v128.load32_splat(a); x0 = addMul(x0, v, b0); x1 = addMul(x1, v, b1)
    v = v128.load32_splat(a, 4); x2 = addMul(x2, v, b0); x3 = addMul(x3, v, b1)
    v = v128.load32_splat(a, 8); x4 = addMul(x4, v, b0); x5 = addMul(x5, v, b1)
    v = v128.load32_splat(a, 12); x6 = addMul(x6, v, b0); x7 = addMul(x7, v, b1)
    a += 16
    if (a == end) break
    b0 = v128.load(b, 64); b1 = v128.load(b, 80)
    v = v128.load32_splat(a); x0 = addMul(x0, v, b0); x1 = addMul(x1, v, b1)
    v = v128.load32_splat(a, 4); x2 = addMul(x2, v, b0); x3 = addMul(x3, v, b1)
    v = v128.load32_splat(a, 8); x4 = addMul(x4, v, b0); x5 = addMul(x5, v, b1)
    v = v128.load32_splat(a, 12); x6 = addMul(x6, v, b0); x7 = addMul(x7, v, b1)
    a += 16
    if (a == end) break
    b0 = v128.load(b, 96); b1 = v128.load(b, 112)
    v = v128.load32_splat(a); x0 = addMul(x0, v, b0); x1 = addMul(x1, v, b1)
    v = v128.load32_splat(a, 4); x2 = addMul(x2, v, b0); x3 = addMul(x3, v, b1)
    v = v128.load32_splat(a, 8); x4 = addMul(x4, v, b0); x5 = addMul(x5, v, b1)
    v = v128.load32_splat(a, 12); x6 = addMul(x6, v, b0); x7 = addMul(x7, v, b1)
    a += 16
    if (a == end) break
    b0 = v128.load(b, 128); b1 = v128.load(b, 144)
    v = v128.load32_splat(a); x0 = addMul(x0, v, b0); x1 = addMul(x1, v, b1)
    v = v128.load32_splat(a, 4); x2 = addMul(x2, v, b0); x3 = addMul(x3, v, b1)
    v = v128.load32_splat(a, 8); x4 = addMul(x4, v, b0); x5 = addMul(x5, v, b1)
    v = v128.load32_splat(a, 12); x6 = addMul(x6, v, b0); x7 = addMul(x7, v, b1)
    a += 16
    if (a == end) break
    b0 = v128.load(b, 160); b1 = v128.load(b, 176)
    v = v128.load32_splat(a); x0 = addMul(x0, v, b0); x1 = addMul(x1, v, b1)
    v = v128.load32_splat(a, 4); x2 = addMul(x2, v, b0); x3 = addMul(x3, v, b1)
    v = v128.load32_splat(a, 8); x4 = addMul(x4, v, b0); x5 = addMul(x5, v, b1)
    v = v128.load32_splat(a, 12); x6 = addMul(x6, v, b0); x7 = addMul(x7, v, b1)
    a += 16
    if (a == end) break
    b0 = v128.load(b, 192); b1 = v128.load(b, 208)
    v = v128.load32_splat(a); x0 = addMul(x0, v, b0); x1 = addMul(x1, v, b1)
    v = v128.load32_splat(a, 4); x2 = addMul(x2, v, b0); x3 = addMul(x3, v, b1)
    v = v128.load32_splat(a, 8); x4 = addMul(x4, v, b0); x5 = addMul(x5, v, b1)
    v = v128.load32_splat(a, 12); x6 = addMul(x6, v, b0); x7 = addMul(x7, v, b1)
    a += 16
    if (a == end) break
    b0 = v128.load(b, 224); b1 = v128.load(b, 240)
    v = v128.load32_splat(a); x0 = addMul(x0, v, b0); x1 = addMul(x1, v, b1)
    v = v128.load32_splat(a, 4); x2 = addMul(x2, v, b0); x3 = addMul(x3, v, b1)
    v = v128.load32_splat(a, 8); x4 = addMul(x4, v, b0); x5 = addMul(x5, v, b1)
    v = v128.load32_splat(a, 12); x6 = addMul(x6, v, b0); x7 = addMul(x7, v, b1)
    a += 16
    b += 256
    if (a == end) break
  }
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

/** Writes the part of a tile that lies within the matrix. */
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
