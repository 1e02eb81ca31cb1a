import { place } from "./convolution"
import { loadPartial, splat, storePartial } from "./lanes"
import { matmul, multiplyPanels } from "./matmul"

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
    let c = 0
    for (; c + 4 <= C; c += 4) {
      pointToOutputs(source + (<usize>c << 2), planes, target + (<usize>c << 2), step, terms, wanted, 4)
    }
    if (c < C) {
      pointToOutputs(source + (<usize>c << 2), planes, target + (<usize>c << 2), step, terms, wanted, C - c)
    }
    source += <usize>C << 2
    target += next
  }
}

/** One product in `n` channels, at most four: a number in the source, but for the last ones. */
// @ts-ignore: decorator
@inline function pointToOutputs(
  from: usize, planes: usize, to: usize, step: usize, terms: i32, wanted: i32, n: i32
): void {
  const p1 = loadPartial(from + planes, n), m1 = loadPartial(from + 2 * planes, n)
  const p2 = loadPartial(from + 3 * planes, n), m2 = loadPartial(from + 4 * planes, n)
  const ph = loadPartial(from + 5 * planes, n), mh = loadPartial(from + 6 * planes, n)
  const e1 = f32x4.add(p1, m1), o1 = f32x4.sub(p1, m1)
  const e2 = f32x4.add(p2, m2), o2 = f32x4.sub(p2, m2)
  const eh = f32x4.add(ph, mh), oh = f32x4.sub(ph, mh)
  let power: f32 = 1, inverse: f32 = 1
  for (let k = 0; k < wanted; k++) {
    let y = k & 1
      ? sum3(o1, times(o2, power), times(oh, inverse))
      : sum3(e1, times(e2, power), times(eh, inverse))
    if (k == 0) y = f32x4.add(y, loadPartial(from, n))
    if (k == terms - 1) y = f32x4.add(y, loadPartial(from + 7 * planes, n))
    storePartial(to, y, n)
    to += step
    power *= 2
    inverse *= 0.5
  }
}

/**
 * Convolves `count` images, one after the other: X[H, W, Ci], padded by `top` and `left` into `image`
 * [height, width, Ci], by the filter's panels P[8, KH] at the points, to Y[OH, OW, Co]. A tile gives
 * `outputs` places of a row. V and M hold the image and the products at the points; `scratch` is for products.
 */
export function convolvePoints(
  X: usize, P: usize, Y: usize, count: i32, H: i32, W: i32, Ci: i32, OH: i32, OW: i32, Co: i32,
  KH: i32, top: i32, left: i32, height: i32, width: i32, outputs: i32, tiles: i32,
  image: usize, V: usize, M: usize, scratch: usize
): void {
  const rowM = <usize>(tiles * Co) << 2, planeM = <usize>OH * rowM
  const rowV = <usize>(tiles * Ci) << 2, planeV = <usize>height * rowV
  const panels = <usize>(((Co + 7) >> 3) * Ci) << 5
  const pixel = <usize>Co << 2, next = <usize>outputs * pixel, full = OW / outputs, rest = OW - full * outputs
  for (let b = 0; b < count; b++) {
    imageToPoints(X, H, W, Ci, top, left, height, width, outputs, tiles, image, V, b > 0)
    for (let p = 0; p < 8; p++) {
      for (let kh = 0; kh < KH; kh++) {
        const A = V + <usize>p * planeV + <usize>kh * rowV, B = P + <usize>(p * KH + kh) * panels
        multiplyPanels(A, B, M + <usize>p * planeM, OH * tiles, Co, Ci, Ci << 2, 4, pixel, kh > 0, scratch)
      }
    }
    for (let h = 0; h < OH; h++) {
      const from = M + <usize>h * rowM, to = Y + <usize>(h * OW) * pixel
      pointsToOutputs(from, planeM, to, pixel, next, outputs, outputs, Co, full)
      if (rest > 0) {
        pointsToOutputs(from + <usize>full * pixel, planeM, to + <usize>full * next, pixel, next, outputs, rest, Co, 1)
      }
    }
    X += <usize>(H * W * Ci) << 2
    Y += <usize>(OH * OW * Co) << 2
  }
}

/** Pads an image [H, W, C] into `image`, and takes its tiles to the points: V[8, height, tiles, C]. */
function imageToPoints(
  X: usize, H: i32, W: i32, C: i32, top: i32, left: i32, height: i32, width: i32, outputs: i32,
  tiles: i32, image: usize, V: usize, again: bool
): void {
  const pixel = <usize>C << 2, row = <usize>tiles * pixel
  place(X, image, H, W, C, height, width, top, left, 1, 1, again)
  for (let h = 0; h < height; h++) {
    const line = image + <usize>(h * width) * pixel
    tilesToPoints(line, pixel, <usize>outputs * pixel, V + <usize>h * row, <usize>height * row, C, tiles)
  }
}

/**
 * The gradient of a filter at the points, S[8, KH, Ci, Co], from `count` images, one after the other: as
 * for `convolvePoints`, with the slopes dY[OH, OW, Co] put into `gradient` and taken to the points in Z.
 */
export function filterGradientPoints(
  X: usize, dY: usize, S: usize, count: i32, H: i32, W: i32, Ci: i32, OH: i32, OW: i32, Co: i32,
  KH: i32, top: i32, left: i32, height: i32, width: i32, outputs: i32, tiles: i32,
  image: usize, gradient: usize, V: usize, Z: usize, scratch: usize
): void {
  const rowV = <usize>(tiles * Ci) << 2, planeV = <usize>height * rowV, plane = <usize>(Ci * Co) << 2
  const pixel = <usize>Co << 2, planeZ = <usize>(OH * tiles) * pixel
  for (let b = 0; b < count; b++) {
    imageToPoints(X, H, W, Ci, top, left, height, width, outputs, tiles, image, V, b > 0)
    place(dY, gradient, OH, OW, Co, OH, tiles * outputs, 0, 0, 1, 1, b > 0)
    factorsToPoints(gradient, pixel, <usize>outputs * pixel, outputs, Z, planeZ, Co, OH * tiles)
    for (let p = 0; p < 8; p++) {
      for (let kh = 0; kh < KH; kh++) {
        const A = V + <usize>p * planeV + <usize>kh * rowV, C = S + <usize>(p * KH + kh) * plane
        matmul(A, Z + <usize>p * planeZ, C, Ci, Co, OH * tiles, 4, Ci << 2, pixel, 4, pixel, i32(b > 0), scratch)
      }
    }
    X += <usize>(H * W * Ci) << 2
    dY += <usize>(OH * OW * Co) << 2
  }
}
