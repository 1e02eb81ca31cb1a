import { addMul, load, loadPartial, splat, store, storePartial } from "./lanes"
import { tanh } from "./functions"
import { gate, slope } from "./gates"
import { multiplyPanels } from "./matmul"

// LSTM over [B, T, ·]. `gates` comes in as the inputs' part of the gates, bias included,
// and leaves as the gates after their activations, which the gradient needs. `scratch` is for products.

/**
 * Gates [B, T, 4U] in Keras' order: input, forget, candidate, output. `panels` is R [U, 4U]. The gradient needs the
 * hyperbolic tangents of the cells, too: `squashed` [B, T, U].
 */
export function lstm(
  gates: usize, panels: usize, hidden: usize, cells: usize, squashed: usize, B: i32, T: i32, U: i32, hard: bool,
  scratch: usize
): void {
  const row = <usize>U << 2, series = <usize>T * row
  for (let t = 0; t < T; t++) {
    const now = <usize>t * row
    const g0 = gates + 4 * now
    if (t > 0) {
      multiplyPanels(hidden + now - row, panels, g0, B, 4 * U, U, series, 4, 4 * series, true, scratch)
    }
    for (let b = 0; b < B; b++) {
      const g = g0 + <usize>b * 4 * series, at = <usize>b * series + now
      activateGates(g, 2 * U, hard)
      squashInto(g + 2 * row, g + 2 * row, U)
      activateGates(g + 3 * row, U, hard)
      cellsOf(g, cells + at, row, U, t > 0)
      squashInto(cells + at, squashed + at, U)
      multiply(squashed + at, g + 3 * row, hidden + at, U)
    }
  }
}

/**
 * Reads one number of every line of 64 bytes of `count` parts of `size` bytes, `next` apart: all at once into the
 * caches, where a loop that computes waits for one part after the other.
 */
function fetch(at: usize, size: usize, next: usize, count: i32): f32 {
  let sum: f32 = 0
  for (let i = 0; i < count; i++) {
    for (let o: usize = 0; o < size; o += 64) sum += f32.load(at + o)
    at += next
  }
  return sum
}

// Loops of one function each: the processor overlaps the long chains of neighbours only in short ones.

/** x[n] ← gate(x[n]) */
function activateGates(x: usize, n: i32, hard: bool): void {
  const end = x + (<usize>(n & ~3) << 2)
  for (; x < end; x += 16) store(x, gate(load(x), hard))
  if (n & 3) storePartial(x, gate(loadPartial(x, n & 3), hard), n & 3)
}

/** y[n] = tanh(x[n]) */
function squashInto(x: usize, y: usize, n: i32): void {
  const end = x + (<usize>(n & ~3) << 2)
  for (; x < end; x += 16) {
    store(y, tanh(load(x)))
    y += 16
  }
  if (n & 3) storePartial(y, tanh(loadPartial(x, n & 3)), n & 3)
}

/** out[n] = x[n] · y[n] */
function multiply(x: usize, y: usize, out: usize, n: i32): void {
  const end = x + (<usize>(n & ~3) << 2)
  for (; x < end; x += 16) {
    store(out, f32x4.mul(load(x), load(y)))
    y += 16
    out += 16
  }
  if (n & 3) storePartial(out, f32x4.mul(loadPartial(x, n & 3), loadPartial(y, n & 3)), n & 3)
}

/** The cells [U], by the gates and the cells one step earlier, if there are any, `row` before. */
function cellsOf(g: usize, cells: usize, row: usize, U: i32, later: bool): void {
  for (let u = 0; u < U; u += 4) {
    const n = min(4, U - u)
    let c = f32x4.mul(loadPartial(g, n), loadPartial(g + 2 * row, n))
    if (later) c = addMul(c, loadPartial(g + row, n), loadPartial(cells - row, n))
    storePartial(cells, c, n)
    g += 16
    cells += 16
  }
}

/**
 * The gradient by the gates before their activations, `dGates`, from that by the hidden states.
 * `panels` is R transposed [4U, U]; `carryH` and `carryC` are scratch memory [B, U].
 */
export function lstmGradient(
  dHidden: usize, gates: usize, cells: usize, squashed: usize, panels: usize, dGates: usize,
  carryH: usize, carryC: usize, B: i32, T: i32, U: i32, hard: bool, scratch: usize
): void {
  const row = <usize>U << 2, series = <usize>T * row
  memory.fill(carryH, 0, <usize>B * row)
  memory.fill(carryC, 0, <usize>B * row)
  for (let t = T - 1; t >= 0; t--) {
    const now = <usize>t * row
    fetch(gates + 4 * now, 4 * row, 4 * series, B)
    fetch(dGates + 4 * now, 4 * row, 4 * series, B)
    fetch(dHidden + now, row, series, B)
    fetch(squashed + now, row, series, B)
    if (t > 0) fetch(cells + now - row, row, series, B)
    for (let b = 0; b < B; b++) {
      let at = <usize>b * series + now, carry = <usize>b * row, u = 0
      let g = gates + 4 * at, d = dGates + 4 * at
      for (; u + 4 <= U; u += 4) {
        lstmUnitsGradient(
          g, cells + at, squashed + at, dHidden + at, d, carryH + carry, carryC + carry, row, t > 0, hard, 4
        )
        at += 16; carry += 16; g += 16; d += 16
      }
      if (u < U) {
        lstmUnitsGradient(
          g, cells + at, squashed + at, dHidden + at, d, carryH + carry, carryC + carry, row, t > 0, hard, U - u
        )
      }
    }
    if (t > 0) {
      multiplyPanels(dGates + 4 * now, panels, carryH, B, U, 4 * U, 4 * series, 4, row, false, scratch)
    }
  }
}

// @ts-ignore: decorator
@inline function lstmUnitsGradient(
  g: usize, cell: usize, squashed: usize, dHidden: usize, d: usize, carryH: usize, carryC: usize,
  row: usize, later: bool, hard: bool, n: i32
): void {
  const i = loadPartial(g, n), f = loadPartial(g + row, n)
  const k = loadPartial(g + 2 * row, n), q = loadPartial(g + 3 * row, n)
  const tangent = loadPartial(squashed, n)
  const dh = f32x4.add(loadPartial(dHidden, n), loadPartial(carryH, n))
  const rest = f32x4.sub(splat(1), f32x4.mul(tangent, tangent))
  const dc = addMul(loadPartial(carryC, n), f32x4.mul(dh, q), rest)
  const before = later ? loadPartial(cell - row, n) : splat(0)
  storePartial(d, f32x4.mul(f32x4.mul(dc, k), slope(i, hard)), n)
  storePartial(d + row, f32x4.mul(f32x4.mul(dc, before), slope(f, hard)), n)
  storePartial(d + 2 * row, f32x4.mul(f32x4.mul(dc, i), f32x4.sub(splat(1), f32x4.mul(k, k))), n)
  storePartial(d + 3 * row, f32x4.mul(f32x4.mul(dh, tangent), slope(q, hard)), n)
  storePartial(carryC, f32x4.mul(dc, f), n)
}
