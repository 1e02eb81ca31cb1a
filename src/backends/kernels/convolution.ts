import { load, loadFloat, store, storeFloat } from "./lanes"
import { multiplyPanel, multiplyStrips } from "./matmul"
import { packPanel, packRun, transpose4 } from "./panels"

/**
 * The convolution of one image: Y[OH, OW, Co] from X[·, width, Ci], padded already, and a filter
 * [KH, KW, Ci, Co] packed in panels. The inputs under the filter are packed in strips, of four places each, a
 * line of Y at a time: `scratch` holds OW, rounded up to four, times KH × KW × Ci floats, and 128 bytes more.
 */
export function convolve(
  X: usize, panels: usize, Y: usize, width: i32, Ci: i32, OH: i32, OW: i32, Co: i32,
  KH: i32, KW: i32, strideH: i32, strideW: i32, dilationH: i32, dilationW: i32, scratch: usize
): void {
  // Without dilation the inputs under one row of the filter are contiguous: one run of KW × Ci.
  const runs = dilationW == 1 ? 1 : KW, run = dilationW == 1 ? KW * Ci : Ci
  const K = KH * KW * Ci, strips = scratch + 128
  const stepX = <usize>(strideW * Ci) << 2, rowX = <usize>(width * Ci) << 2
  const stepKH = <usize>dilationH * rowX, stepKW = <usize>(dilationW * Ci) << 2
  for (let oh = 0; oh < OH; oh++) {
    let x = X + <usize>(oh * strideH) * rowX, target = strips
    for (let ow = 0; ow < OW; ow += 4) {
      for (let kh = 0; kh < KH; kh++) {
        for (let r = 0; r < runs; r++) {
          const source = x + <usize>kh * stepKH + <usize>r * stepKW
          packRun(source, stepX, 2 * stepX, 3 * stepX, target, run, min(4, OW - ow))
          target += <usize>run << 4
        }
      }
      x += 4 * stepX
    }
    multiplyStrips(strips, panels, Y + (<usize>(oh * OW * Co) << 2), OW, Co, K, <usize>Co << 2, false, scratch)
  }
}

/**
 * The gradient of a filter from one image, added to dW[KH, KW, Ci, Co]; X[·, width, Ci] is padded
 * already. It goes over so many lines of dY at a time that they stay in the cache, and sums over their
 * places first. `scratch` holds max(128, OW) times 16 bytes and 32 for every eight of Co, and 128 bytes more.
 */
export function convolveFilterGradient(
  X: usize, dY: usize, dW: usize, width: i32, Ci: i32, OH: i32, OW: i32, Co: i32,
  KH: i32, KW: i32, strideH: i32, strideW: i32, dilationH: i32, dilationW: i32, scratch: usize
): void {
  const rowX = <usize>(width * Ci) << 2, stepX = <usize>(strideW * Ci) << 2, rowW = <usize>Co << 2
  const lineX = <usize>strideH * rowX, lines = max(1, 128 / OW), K = KH * KW * Ci
  const strip = scratch + 128, panels = strip + (<usize>(lines * OW) << 4)
  for (let oh = 0; oh < OH; oh += lines) {
    const count = min(lines, OH - oh), places = count * OW, top = X + <usize>oh * lineX
    const slopes = dY + (<usize>(oh * OW * Co) << 2)
    for (let n0 = 0, panel = panels; n0 < Co; n0 += 8) {
      packPanel(slopes + (n0 << 2), panel, places, min(8, Co - n0), rowW, 4)
      panel += <usize>places << 5
    }
    for (let k = 0; k < K; k += 4) {
      const rows = min(4, K - k), from = top + offset(k, Ci, KW, dilationH, dilationW, rowX)
      const o1 = rows > 1 ? top + offset(k + 1, Ci, KW, dilationH, dilationW, rowX) - from : 0
      const o2 = rows > 2 ? top + offset(k + 2, Ci, KW, dilationH, dilationW, rowX) - from : 0
      const o3 = rows > 3 ? top + offset(k + 3, Ci, KW, dilationH, dilationW, rowX) - from : 0
      packPlaces(from, o1, o2, o3, strip, count, OW, lineX, stepX)
      for (let n0 = 0, panel = panels; n0 < Co; n0 += 8) {
        const target = dW + <usize>k * rowW + (<usize>n0 << 2)
        multiplyPanel(strip, panel, target, rows, min(8, Co - n0), places, rowW, true, scratch)
        panel += <usize>places << 5
      }
    }
  }
}

/** Where the input of element k of a filter lies, from that of its first. */
// @ts-ignore: decorator
@inline function offset(k: i32, Ci: i32, KW: i32, dilationH: i32, dilationW: i32, rowX: usize): usize {
  const pixel = k / Ci, kh = pixel / KW
  return <usize>(kh * dilationH) * rowX + (<usize>((pixel - kh * KW) * dilationW * Ci + k - pixel * Ci) << 2)
}

/** Packs the inputs of four elements of a filter, at `o1`, `o2` and `o3` from the first's, at all places. */
function packPlaces(
  x: usize, o1: usize, o2: usize, o3: usize, target: usize, lines: i32, OW: i32, lineX: usize, stepX: usize
): void {
  const contiguous = o1 == 4 && o2 == 8 && o3 == 12
  for (let i = 0; i < lines; i++) {
    let from = x
    if (contiguous) {
      for (let ow = 0; ow < OW; ow++) {
        store(target, load(from))
        from += stepX
        target += 16
      }
    } else {
      for (let ow = 0; ow < OW; ow++) {
        storeFloat(target, loadFloat(from))
        storeFloat(target + 4, loadFloat(from + o1))
        storeFloat(target + 8, loadFloat(from + o2))
        storeFloat(target + 12, loadFloat(from + o3))
        from += stepX
        target += 16
      }
    }
    x += lineX
  }
}

/**
 * Copies an image [H, W, C] into a zeroed one [outH, outW, C], element (h, w) to
 * (top + h * stepH, left + w * stepW). What falls outside is left out. With `again` an image of this shape was
 * copied there before, around which the zeros still are.
 */
export function place(
  x: usize, target: usize, H: i32, W: i32, C: i32,
  outH: i32, outW: i32, top: i32, left: i32, stepH: i32, stepW: i32, again: bool
): void {
  const pixel = <usize>C << 2
  if (!again) memory.fill(target, 0, <usize>(outH * outW) * pixel)
  for (let h = 0; h < H; h++) {
    const row = top + h * stepH
    if (row < 0 || row >= outH) continue
    if (stepW == 1 && left >= 0 && left + W <= outW) {
      memory.copy(target + <usize>(row * outW + left) * pixel, x + <usize>(h * W) * pixel, <usize>W * pixel)
      continue
    }
    for (let w = 0; w < W; w++) {
      const column = left + w * stepW
      if (column < 0 || column >= outW) continue
      memory.copy(target + <usize>(row * outW + column) * pixel, x + <usize>(h * W + w) * pixel, pixel)
    }
  }
}

/** A filter [taps, Ci, Co] with its taps in reverse and its channels swapped: [taps, Co, Ci]. */
export function turnFilter(filter: usize, turned: usize, taps: i32, Ci: i32, Co: i32): void {
  const from = <usize>Co << 2, to = <usize>Ci << 2, plane = <usize>Ci * from
  filter += <usize>taps * plane
  for (let k = 0; k < taps; k++) {
    filter -= plane
    let ci = 0
    for (; ci + 4 <= Ci; ci += 4) {
      let source = filter + <usize>ci * from, target = turned + (<usize>ci << 2), co = 0
      for (; co + 4 <= Co; co += 4) {
        transpose4(source, from, 2 * from, 3 * from, target, to)
        source += 16
        target += 4 * to
      }
      for (; co < Co; co++) {
        for (let i: usize = 0; i < 4; i++) storeFloat(target + (i << 2), loadFloat(source + i * from))
        source += 4
        target += to
      }
    }
    for (; ci < Ci; ci++) {
      let source = filter + <usize>ci * from, target = turned + (<usize>ci << 2)
      for (let co = 0; co < Co; co++) {
        storeFloat(target, loadFloat(source))
        source += 4
        target += to
      }
    }
    turned += plane
  }
}
