import { loadPartial, splat, storePartial } from "./lanes"

// Winograd's algorithm at the points 0, 1, -1, 2, -2, 1/2, -1/2 and infinity, for C channels at a
// time. A value at a point and that at its negative are the sum and the difference of an even and an
// odd part. `step` is the distance of neighbours, `planes` that of the eight points, in bytes.

// @ts-ignore: decorator
@inline function times(x: v128, factor: f32): v128 {
  return f32x4.mul(x, splat(factor))
}

// @ts-ignore: decorator
@inline function sum3(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.add(a, b), c)
}

// @ts-ignore: decorator
@inline function pair(target: usize, planes: usize, even: v128, odd: v128, n: i32): void {
  storePartial(target, f32x4.add(even, odd), n)
  storePartial(target + planes, f32x4.sub(even, odd), n)
}

/** `count` tiles of eight inputs, `next` apart, to the points. */
export function tilesToPoints(
  source: usize, step: usize, next: usize, target: usize, planes: usize, C: i32, count: i32
): void {
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < C; c += 4) {
      const n = min(4, C - c), from = source + (<usize>c << 2), to = target + (<usize>c << 2)
      const d0 = loadPartial(from, n), d1 = loadPartial(from + step, n)
      const d2 = loadPartial(from + 2 * step, n), d3 = loadPartial(from + 3 * step, n)
      const d4 = loadPartial(from + 4 * step, n), d5 = loadPartial(from + 5 * step, n)
      const d6 = loadPartial(from + 6 * step, n), d7 = loadPartial(from + 7 * step, n)
      storePartial(to, f32x4.add(f32x4.sub(d6, d0), times(f32x4.sub(d2, d4), 5.25)), n)
      pair(
        to + planes, planes, sum3(d6, d2, times(d4, -4.25)), sum3(d5, d1, times(d3, -4.25)), n
      )
      pair(
        to + 3 * planes, planes, sum3(d6, times(d2, 0.25), times(d4, -1.25)),
        times(sum3(d5, times(d1, 0.25), times(d3, -1.25)), 2), n
      )
      pair(
        to + 5 * planes, planes, sum3(d6, times(d2, 4), times(d4, -5)),
        times(sum3(d5, times(d1, 4), times(d3, -5)), 0.5), n
      )
      storePartial(to + 7 * planes, f32x4.add(f32x4.sub(d7, d1), times(f32x4.sub(d3, d5), 5.25)), n)
    }
    source += next
    target += <usize>C << 2
  }
}

/** `count` factors of `terms` elements, at most six, `next` apart, to the points. */
export function factorsToPoints(
  source: usize, step: usize, next: usize, terms: i32,
  target: usize, planes: usize, C: i32, count: i32
): void {
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < C; c += 4) {
      const n = min(4, C - c), from = source + (<usize>c << 2), to = target + (<usize>c << 2)
      const g0 = loadPartial(from, n)
      let last = g0, e1 = g0, e2 = g0, eh = g0, o1 = splat(0), o2 = o1, oh = o1
      let power: f32 = 1
      for (let k = 1; k < terms; k++) {
        last = loadPartial(from + <usize>k * step, n)
        power *= 2
        if (k & 1) {
          o1 = f32x4.add(o1, last)
          o2 = f32x4.add(o2, times(last, power))
          oh = f32x4.add(oh, times(last, 1 / power))
        } else {
          e1 = f32x4.add(e1, last)
          e2 = f32x4.add(e2, times(last, power))
          eh = f32x4.add(eh, times(last, 1 / power))
        }
      }
      // Divided by the product of a point's distances from the others.
      storePartial(to, f32x4.neg(g0), n)
      pair(to + planes, planes, times(e1, -1 / 4.5), times(o1, -1 / 4.5), n)
      pair(to + 3 * planes, planes, times(e2, 1 / 90), times(o2, 1 / 90), n)
      pair(to + 5 * planes, planes, times(eh, 1 / 1.40625), times(oh, 1 / 1.40625), n)
      storePartial(to + 7 * planes, last, n)
    }
    source += next
    target += <usize>C << 2
  }
}

/**
 * `count` products at the points back to outputs, of which each has `terms`; the first `wanted` are
 * written, `step` apart, the next ones `next` further on.
 */
export function pointsToOutputs(
  source: usize, planes: usize, target: usize, step: usize, next: usize,
  terms: i32, wanted: i32, C: i32, count: i32
): void {
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < C; c += 4) {
      const n = min(4, C - c), from = source + (<usize>c << 2)
      let to = target + (<usize>c << 2)
      const p1 = loadPartial(from + planes, n), m1 = loadPartial(from + 2 * planes, n)
      const p2 = loadPartial(from + 3 * planes, n), m2 = loadPartial(from + 4 * planes, n)
      const ph = loadPartial(from + 5 * planes, n), mh = loadPartial(from + 6 * planes, n)
      const e1 = f32x4.add(p1, m1), o1 = f32x4.sub(p1, m1)
      const e2 = f32x4.add(p2, m2), o2 = f32x4.sub(p2, m2)
      const eh = f32x4.add(ph, mh), oh = f32x4.sub(ph, mh)
      let power: f32 = 1
      for (let k = 0; k < wanted; k++) {
        let y = k & 1
          ? sum3(o1, times(o2, power), times(oh, 1 / power))
          : sum3(e1, times(e2, power), times(eh, 1 / power))
        if (k == 0) y = f32x4.add(y, loadPartial(from, n))
        if (k == terms - 1) y = f32x4.add(y, loadPartial(from + 7 * planes, n))
        storePartial(to, y, n)
        to += step
        power *= 2
      }
    }
    source += <usize>C << 2
    target += next
  }
}
