import { all, at, float, put, putFloat } from "./lanes"

/**
 * The gradient of max pooling over x[B, H, W, C]. Of equal maxima in a window the first, row by row,
 * takes the gradient. dx is zeroed here.
 */
export function maxPoolGradient(
  x: usize, dy: usize, dx: usize, B: i32, H: i32, W: i32, C: i32, OH: i32, OW: i32,
  KH: i32, KW: i32, strideH: i32, strideW: i32, top: i32, left: i32
): void {
  memory.fill(dx, 0, <usize>(B * H * W * C) << 2)
  const pixel = <usize>C << 2, line = <usize>W * pixel
  for (let b = 0; b < B; b++) {
    for (let oh = 0; oh < OH; oh++) {
      const h0 = max(0, oh * strideH - top), h1 = min(H, oh * strideH - top + KH)
      for (let ow = 0; ow < OW; ow++) {
        const w0 = max(0, ow * strideW - left), w1 = min(W, ow * strideW - left + KW)
        const window = <usize>((b * H + h0) * W + w0) * pixel
        let c = 0
        for (; c + 4 <= C; c += 4) {
          const o = window + (<usize>c << 2)
          lanesWindow(x + o, dx + o, at(dy + (<usize>c << 2)), h1 - h0, w1 - w0, line, pixel)
        }
        for (; c < C; c++) {
          const o = window + (<usize>c << 2)
          floatWindow(x + o, dx + o, float(dy + (<usize>c << 2)), h1 - h0, w1 - w0, line, pixel)
        }
        dy += pixel
      }
    }
  }
}

// @ts-ignore: decorator
@inline function lanesWindow(
  x: usize, dx: usize, gradient: v128, height: i32, width: i32, line: usize, pixel: usize
): void {
  let best = all(-Infinity)
  for (let h = 0; h < height; h++) {
    for (let w = 0; w < width; w++) best = f32x4.pmax(best, at(x + <usize>h * line + <usize>w * pixel))
  }
  for (let h = 0; h < height; h++) {
    for (let w = 0; w < width; w++) {
      const o = <usize>h * line + <usize>w * pixel
      const hit = f32x4.eq(at(x + o), best)
      put(dx + o, f32x4.add(at(dx + o), v128.and(gradient, hit)))
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
      const o = <usize>h * line + <usize>w * pixel, value = float(x + o)
      if (value > best) {
        best = value
        place = o
      }
    }
  }
  putFloat(dx + place, float(dx + place) + gradient)
}
