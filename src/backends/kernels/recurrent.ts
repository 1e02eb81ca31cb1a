import { addMul, all, putSome, some } from "./lanes"
import { hardSigmoid, sigmoid, tanh } from "./functions"
import { multiplyPanels } from "./matmul"

// Recurrent layers over [B, T, ·]. `gates` comes in as the inputs' part of the gates, bias included,
// and leaves as the gates after their activations, which the gradient needs.

// @ts-ignore: decorator
@inline function gate(x: v128, hard: bool): v128 {
  return hard ? hardSigmoid(x) : sigmoid(x)
}

/** The slope of a gate, by its value. */
// @ts-ignore: decorator
@inline function slope(value: v128, hard: bool): v128 {
  if (!hard) return f32x4.mul(value, f32x4.sub(all(1), value))
  const inside = v128.and(f32x4.gt(value, all(0)), f32x4.lt(value, all(1)))
  return v128.and(inside, all(0.2))
}

/** Gates [B, T, 4U] in Keras' order: input, forget, candidate, output. `panels` is R [U, 4U]. */
export function lstm(
  gates: usize, panels: usize, hidden: usize, cells: usize, B: i32, T: i32, U: i32, hard: bool,
  edge: usize
): void {
  const row = <usize>U << 2, series = <usize>T * row
  for (let t = 0; t < T; t++) {
    const now = <usize>t * row
    const g0 = gates + 4 * now
    if (t > 0) {
      multiplyPanels(hidden + now - row, panels, g0, B, 4 * U, U, series, 4, 4 * series, true, edge)
    }
    for (let b = 0; b < B; b++) {
      const g = g0 + <usize>b * 4 * series, at = <usize>b * series + now
      for (let u = 0; u < U; u += 4) {
        const n = min(4, U - u), o = <usize>u << 2
        const i = gate(some(g + o, n), hard), f = gate(some(g + row + o, n), hard)
        const k = tanh(some(g + 2 * row + o, n)), q = gate(some(g + 3 * row + o, n), hard)
        let c = f32x4.mul(i, k)
        if (t > 0) c = addMul(c, f, some(cells + at - row + o, n))
        putSome(g + o, i, n)
        putSome(g + row + o, f, n)
        putSome(g + 2 * row + o, k, n)
        putSome(g + 3 * row + o, q, n)
        putSome(cells + at + o, c, n)
        putSome(hidden + at + o, f32x4.mul(q, tanh(c)), n)
      }
    }
  }
}

/**
 * The gradient by the gates before their activations, `dGates`, from that by the hidden states.
 * `panels` is R transposed [4U, U]; `carryH` and `carryC` are scratch memory [B, U].
 */
export function lstmGradient(
  dHidden: usize, gates: usize, cells: usize, panels: usize, dGates: usize,
  carryH: usize, carryC: usize, B: i32, T: i32, U: i32, hard: bool, edge: usize
): void {
  const row = <usize>U << 2, series = <usize>T * row
  memory.fill(carryH, 0, <usize>B * row)
  memory.fill(carryC, 0, <usize>B * row)
  for (let t = T - 1; t >= 0; t--) {
    const now = <usize>t * row
    for (let b = 0; b < B; b++) {
      const at = <usize>b * series + now, g = gates + 4 * at, d = dGates + 4 * at
      for (let u = 0; u < U; u += 4) {
        const n = min(4, U - u), o = <usize>u << 2, carry = <usize>b * row + o
        const i = some(g + o, n), f = some(g + row + o, n)
        const k = some(g + 2 * row + o, n), q = some(g + 3 * row + o, n)
        const squashed = tanh(some(cells + at + o, n))
        const dh = f32x4.add(some(dHidden + at + o, n), some(carryH + carry, n))
        const rest = f32x4.sub(all(1), f32x4.mul(squashed, squashed))
        const dc = addMul(some(carryC + carry, n), f32x4.mul(dh, q), rest)
        const before = t > 0 ? some(cells + at - row + o, n) : all(0)
        putSome(d + o, f32x4.mul(f32x4.mul(dc, k), slope(i, hard)), n)
        putSome(d + row + o, f32x4.mul(f32x4.mul(dc, before), slope(f, hard)), n)
        putSome(d + 2 * row + o, f32x4.mul(f32x4.mul(dc, i), f32x4.sub(all(1), f32x4.mul(k, k))), n)
        putSome(d + 3 * row + o, f32x4.mul(f32x4.mul(dh, squashed), slope(q, hard)), n)
        putSome(carryC + carry, f32x4.mul(dc, f), n)
      }
    }
    if (t > 0) {
      multiplyPanels(dGates + 4 * now, panels, carryH, B, U, 4 * U, 4 * series, 4, row, false, edge)
    }
  }
}

/**
 * Gates [B, T, 3U]: update, reset, candidate. `panels` is R's part [U, 2U] for the first two,
 * `panelsC` the rest [U, U]. `reset` [B, T, U] becomes the reset gate times the state before.
 */
export function gru(
  gates: usize, panels: usize, panelsC: usize, hidden: usize, reset: usize,
  B: i32, T: i32, U: i32, hard: bool, edge: usize
): void {
  const row = <usize>U << 2, series = <usize>T * row
  for (let t = 0; t < T; t++) {
    const now = <usize>t * row
    const g0 = gates + 3 * now
    if (t > 0) {
      multiplyPanels(hidden + now - row, panels, g0, B, 2 * U, U, series, 4, 3 * series, true, edge)
    }
    for (let b = 0; b < B; b++) {
      const g = g0 + <usize>b * 3 * series, at = <usize>b * series + now
      for (let u = 0; u < U; u += 4) {
        const n = min(4, U - u), o = <usize>u << 2
        const r = gate(some(g + row + o, n), hard)
        const before = t > 0 ? some(hidden + at - row + o, n) : all(0)
        putSome(g + o, gate(some(g + o, n), hard), n)
        putSome(g + row + o, r, n)
        putSome(reset + at + o, f32x4.mul(r, before), n)
      }
    }
    if (t > 0) {
      const candidate = g0 + 2 * row
      multiplyPanels(reset + now, panelsC, candidate, B, U, U, series, 4, 3 * series, true, edge)
    }
    for (let b = 0; b < B; b++) {
      const g = g0 + <usize>b * 3 * series, at = <usize>b * series + now
      for (let u = 0; u < U; u += 4) {
        const n = min(4, U - u), o = <usize>u << 2
        const z = some(g + o, n), k = tanh(some(g + 2 * row + o, n))
        const before = t > 0 ? some(hidden + at - row + o, n) : all(0)
        putSome(g + 2 * row + o, k, n)
        putSome(hidden + at + o, addMul(f32x4.mul(z, before), f32x4.sub(all(1), z), k), n)
      }
    }
  }
}

/**
 * As `lstmGradient`. `panels` is R's part for update and reset, transposed [2U, U], `panelsC` the
 * candidate's [U, U]; `carry` and `dReset` are scratch memory [B, U].
 */
export function gruGradient(
  dHidden: usize, gates: usize, hidden: usize, panels: usize, panelsC: usize, dGates: usize,
  carry: usize, dReset: usize, B: i32, T: i32, U: i32, hard: bool, edge: usize
): void {
  const row = <usize>U << 2, series = <usize>T * row
  memory.fill(carry, 0, <usize>B * row)
  for (let t = T - 1; t >= 0; t--) {
    const now = <usize>t * row
    for (let b = 0; b < B; b++) {
      const at = <usize>b * series + now, g = gates + 3 * at, d = dGates + 3 * at
      for (let u = 0; u < U; u += 4) {
        const n = min(4, U - u), o = <usize>u << 2, c = carry + <usize>b * row + o
        const z = some(g + o, n), k = some(g + 2 * row + o, n)
        const before = t > 0 ? some(hidden + at - row + o, n) : all(0)
        const dh = f32x4.add(some(dHidden + at + o, n), some(c, n))
        const rest = f32x4.sub(all(1), f32x4.mul(k, k))
        putSome(d + o, f32x4.mul(f32x4.mul(dh, f32x4.sub(before, k)), slope(z, hard)), n)
        putSome(d + 2 * row + o, f32x4.mul(f32x4.mul(dh, f32x4.sub(all(1), z)), rest), n)
        putSome(c, f32x4.mul(dh, z), n)
      }
    }
    const g0 = dGates + 3 * now
    multiplyPanels(g0 + 2 * row, panelsC, dReset, B, U, U, 3 * series, 4, row, false, edge)
    for (let b = 0; b < B; b++) {
      const at = <usize>b * series + now, g = gates + 3 * at, d = dGates + 3 * at
      for (let u = 0; u < U; u += 4) {
        const n = min(4, U - u), o = <usize>u << 2, c = <usize>b * row + o
        const r = some(g + row + o, n), dr = some(dReset + c, n)
        const before = t > 0 ? some(hidden + at - row + o, n) : all(0)
        putSome(d + row + o, f32x4.mul(f32x4.mul(dr, before), slope(r, hard)), n)
        putSome(carry + c, addMul(some(carry + c, n), dr, r), n)
      }
    }
    if (t > 0) multiplyPanels(g0, panels, carry, B, U, 2 * U, 3 * series, 4, row, true, edge)
  }
}
