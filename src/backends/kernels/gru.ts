import { addMul, loadPartial, splat, storePartial } from "./lanes"
import { tanh } from "./functions"
import { gate, slope } from "./gates"
import { multiplyPanels } from "./matmul"

// GRU over [B, T, ·]: as ./lstm.

/**
 * Gates [B, T, 3U]: update, reset, candidate. `panels` is R's part [U, 2U] for the first two,
 * `panelsC` the rest [U, U]. `reset` [B, T, U] becomes the reset gate times the state before.
 */
export function gru(
  gates: usize, panels: usize, panelsC: usize, hidden: usize, reset: usize,
  B: i32, T: i32, U: i32, hard: bool, scratch: usize
): void {
  const row = <usize>U << 2, series = <usize>T * row
  for (let t = 0; t < T; t++) {
    const now = <usize>t * row
    const g0 = gates + 3 * now
    if (t > 0) {
      multiplyPanels(hidden + now - row, panels, g0, B, 2 * U, U, series, 4, 3 * series, true, scratch)
    }
    for (let b = 0; b < B; b++) {
      const g = g0 + <usize>b * 3 * series, at = <usize>b * series + now
      for (let u = 0; u < U; u += 4) {
        const n = min(4, U - u), o = <usize>u << 2
        const r = gate(loadPartial(g + row + o, n), hard)
        const before = t > 0 ? loadPartial(hidden + at - row + o, n) : splat(0)
        storePartial(g + o, gate(loadPartial(g + o, n), hard), n)
        storePartial(g + row + o, r, n)
        storePartial(reset + at + o, f32x4.mul(r, before), n)
      }
    }
    if (t > 0) {
      const candidate = g0 + 2 * row
      multiplyPanels(reset + now, panelsC, candidate, B, U, U, series, 4, 3 * series, true, scratch)
    }
    for (let b = 0; b < B; b++) {
      const g = g0 + <usize>b * 3 * series, at = <usize>b * series + now
      for (let u = 0; u < U; u += 4) {
        const n = min(4, U - u), o = <usize>u << 2
        const z = loadPartial(g + o, n), k = tanh(loadPartial(g + 2 * row + o, n))
        const before = t > 0 ? loadPartial(hidden + at - row + o, n) : splat(0)
        storePartial(g + 2 * row + o, k, n)
        storePartial(hidden + at + o, addMul(f32x4.mul(z, before), f32x4.sub(splat(1), z), k), n)
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
  carry: usize, dReset: usize, B: i32, T: i32, U: i32, hard: bool, scratch: usize
): void {
  const row = <usize>U << 2, series = <usize>T * row
  memory.fill(carry, 0, <usize>B * row)
  for (let t = T - 1; t >= 0; t--) {
    const now = <usize>t * row
    for (let b = 0; b < B; b++) {
      const at = <usize>b * series + now, g = gates + 3 * at, d = dGates + 3 * at
      for (let u = 0; u < U; u += 4) {
        const n = min(4, U - u), o = <usize>u << 2, c = carry + <usize>b * row + o
        const z = loadPartial(g + o, n), k = loadPartial(g + 2 * row + o, n)
        const before = t > 0 ? loadPartial(hidden + at - row + o, n) : splat(0)
        const dh = f32x4.add(loadPartial(dHidden + at + o, n), loadPartial(c, n))
        const rest = f32x4.sub(splat(1), f32x4.mul(k, k))
        storePartial(d + o, f32x4.mul(f32x4.mul(dh, f32x4.sub(before, k)), slope(z, hard)), n)
        storePartial(d + 2 * row + o, f32x4.mul(f32x4.mul(dh, f32x4.sub(splat(1), z)), rest), n)
        storePartial(c, f32x4.mul(dh, z), n)
      }
    }
    const g0 = dGates + 3 * now
    multiplyPanels(g0 + 2 * row, panelsC, dReset, B, U, U, 3 * series, 4, row, false, scratch)
    for (let b = 0; b < B; b++) {
      const at = <usize>b * series + now, g = gates + 3 * at, d = dGates + 3 * at
      for (let u = 0; u < U; u += 4) {
        const n = min(4, U - u), o = <usize>u << 2, c = <usize>b * row + o
        const r = loadPartial(g + row + o, n), dr = loadPartial(dReset + c, n)
        const before = t > 0 ? loadPartial(hidden + at - row + o, n) : splat(0)
        storePartial(d + row + o, f32x4.mul(f32x4.mul(dr, before), slope(r, hard)), n)
        storePartial(carry + c, addMul(loadPartial(carry + c, n), dr, r), n)
      }
    }
    if (t > 0) multiplyPanels(g0, panels, carry, B, U, 2 * U, 3 * series, 4, row, true, scratch)
  }
}
