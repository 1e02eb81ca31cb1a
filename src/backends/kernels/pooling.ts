import { load, loadFloat, splat, store, storeFloat } from "./lanes"

// Max pooling over x[B, H, W, C], to [B, OH, OW, C]. A window's part outside of x does not count; of
// nothing the maximum is -Infinity. NaN counts as the largest: hidden, it would hide divergence.

export function maxPool(
  x: usize, y: usize, B: i32, H: i32, W: i32, C: i32, OH: i32, OW: i32,
  KH: i32, KW: i32, strideH: i32, strideW: i32, top: i32, left: i32
): void {
  const pixel = <usize>C << 2, line = <usize>W * pixel
  for (let b = 0; b < B; b++) {
    for (let oh = 0; oh < OH; oh++) {
      const h0 = max(0, oh * strideH - top), h1 = min(H, oh * strideH - top + KH)
      for (let ow = 0; ow < OW; ow++) {
        const w0 = max(0, ow * strideW - left), w1 = min(W, ow * strideW - left + KW)
        const window = x + <usize>((b * H + h0) * W + w0) * pixel
        let c = 0
        for (; c + 8 <= C; c += 8) {
          const o = <usize>c << 2
          let best0 = splat(-Infinity), best1 = best0, nan0 = splat(0), nan1 = nan0, row = window + o
          for (let h = h0; h < h1; h++) {
            let p = row
            for (let w = w0; w < w1; w++) {
              const v0 = load(p), v1 = load(p + 16)
              best0 = f32x4.pmax(best0, v0)
              best1 = f32x4.pmax(best1, v1)
              nan0 = v128.or(nan0, f32x4.ne(v0, v0))
              nan1 = v128.or(nan1, f32x4.ne(v1, v1))
              p += pixel
            }
            row += line
          }
          store(y + o, v128.or(best0, nan0))
          store(y + o + 16, v128.or(best1, nan1))
        }
        for (; c + 4 <= C; c += 4) {
          const o = <usize>c << 2
          let best = splat(-Infinity), nan = splat(0), row = window + o
          for (let h = h0; h < h1; h++) {
            let p = row
            for (let w = w0; w < w1; w++) {
              const v = load(p)
              best = f32x4.pmax(best, v)
              nan = v128.or(nan, f32x4.ne(v, v))
              p += pixel
            }
            row += line
          }
          store(y + o, v128.or(best, nan))
        }
        for (; c < C; c++) {
          const o = <usize>c << 2
          let best: f32 = -Infinity, row = window + o
          for (let h = h0; h < h1; h++) {
            let p = row
            for (let w = w0; w < w1; w++) {
              best = max(best, loadFloat(p))
              p += pixel
            }
            row += line
          }
          storeFloat(y + o, best)
        }
        y += pixel
      }
    }
  }
}

/**
 * The gradient. Of equal maxima in a window the first, row by row, takes it, or a NaN before it; a window
 * without elements has none. dx is zeroed here.
 */
export function maxPoolGradient(
  x: usize, dy: usize, dx: usize, B: i32, H: i32, W: i32, C: i32, OH: i32, OW: i32,
  KH: i32, KW: i32, strideH: i32, strideW: i32, top: i32, left: i32
): void {
  const pixel = <usize>C << 2, line = <usize>W * pixel
  if (KH == 2 && KW == 2 && strideH == 2 && strideW == 2 && top == 0 && left == 0 && 2 * OH == H && 2 * OW == W && C % 4 == 0) {
    return quartersGradient(x, dy, dx, B * OH, OW, pixel, line)
  }
  memory.fill(dx, 0, <usize>(B * H * W * C) << 2)
  for (let b = 0; b < B; b++) {
    for (let oh = 0; oh < OH; oh++) {
      const h0 = max(0, oh * strideH - top), h1 = min(H, oh * strideH - top + KH)
      for (let ow = 0; ow < OW; ow++) {
        const w0 = max(0, ow * strideW - left), w1 = min(W, ow * strideW - left + KW)
        if (h0 >= h1 || w0 >= w1) {
          dy += pixel
          continue
        }
        const window = <usize>((b * H + h0) * W + w0) * pixel
        let c = 0
        for (; c + 4 <= C; c += 4) {
          const o = window + (<usize>c << 2)
          lanesWindow(x + o, dx + o, load(dy + (<usize>c << 2)), h1 - h0, w1 - w0, line, pixel)
        }
        for (; c < C; c++) {
          const o = window + (<usize>c << 2)
          floatWindow(x + o, dx + o, loadFloat(dy + (<usize>c << 2)), h1 - h0, w1 - w0, line, pixel)
        }
        dy += pixel
      }
    }
  }
}

/** `maxPoolGradient` for windows of 2 × 2 side by side, each of which writes its part of dx. */
function quartersGradient(
  x: usize, dy: usize, dx: usize, lines: i32, OW: i32, pixel: usize, line: usize
): void {
  for (let i = 0; i < lines; i++) {
    for (let ow = 0; ow < OW; ow++) {
      for (const end = x + pixel; x < end; x += 16) {
        const a = load(x), b = load(x + pixel), c = load(x + line), d = load(x + line + pixel)
        const best = f32x4.pmax(f32x4.pmax(f32x4.pmax(f32x4.pmax(splat(-Infinity), a), b), c), d)
        let gradient = load(dy), hit = isMaximum(a, best)
        store(dx, part(gradient, hit))
        gradient = v128.andnot(gradient, hit)
        hit = isMaximum(b, best)
        store(dx + pixel, part(gradient, hit))
        gradient = v128.andnot(gradient, hit)
        hit = isMaximum(c, best)
        store(dx + line, part(gradient, hit))
        gradient = v128.andnot(gradient, hit)
        store(dx + line + pixel, part(gradient, isMaximum(d, best)))
        dy += 16
        dx += 16
      }
      x += pixel
      dx += pixel
    }
    x += line
    dx += line
  }
}

// @ts-ignore: decorator
@inline function isMaximum(value: v128, best: v128): v128 {
  return v128.or(f32x4.eq(value, best), f32x4.ne(value, value))
}

/** The gradient where it hits; added to zero, as elsewhere, which takes the sign off a zero. */
// @ts-ignore: decorator
@inline function part(gradient: v128, hit: v128): v128 {
  return f32x4.add(splat(0), v128.and(gradient, hit))
}

// @ts-ignore: decorator
@inline function lanesWindow(
  x: usize, dx: usize, gradient: v128, height: i32, width: i32, line: usize, pixel: usize
): void {
  let best = splat(-Infinity)
  for (let h = 0; h < height; h++) {
    for (let w = 0; w < width; w++) best = f32x4.pmax(best, load(x + <usize>h * line + <usize>w * pixel))
  }
  for (let h = 0; h < height; h++) {
    for (let w = 0; w < width; w++) {
      const o = <usize>h * line + <usize>w * pixel
      const value = load(x + o)
      const hit = isMaximum(value, best)
      store(dx + o, f32x4.add(load(dx + o), v128.and(gradient, hit)))
      gradient = v128.andnot(gradient, hit)
    }
  }
}

// @ts-ignore: decorator
@inline function floatWindow(
  x: usize, dx: usize, gradient: f32, height: i32, width: i32, line: usize, pixel: usize
): void {
  let best: f32 = -Infinity, place: usize = 0
  for (let h = 0; h < height; h++) {
    for (let w = 0; w < width; w++) {
      const o = <usize>h * line + <usize>w * pixel, value = loadFloat(x + o)
      if (value > best || (value != value && best == best)) {
        best = value
        place = o
      }
    }
  }
  storeFloat(dx + place, loadFloat(dx + place) + gradient)
}
