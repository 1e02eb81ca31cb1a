import { addMul, load, loadFloat, splat, store, storeFloat } from "./lanes"

/**
 * The depthwise convolution of one image: Y[OH, OW, C] from X[·, width, C], padded already, and a
 * filter [KH, KW, C].
 */
export function depthwise(
  X: usize, filter: usize, Y: usize, width: i32, C: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  strideH: i32, strideW: i32, dilationH: i32, dilationW: i32
): void {
  if (KW == 3 && strideW == 1 && dilationW == 1) {
    lines(X, filter, Y, width, C, OH, OW, KH, 3, strideH, 1, dilationH, 1, true)
  } else lines(X, filter, Y, width, C, OH, OW, KH, KW, strideH, strideW, dilationH, dilationW, false)
}

/** `depthwise`; with `neighbours` for rows of three without strides or dilation. */
// @ts-ignore: decorator
@inline function lines(
  X: usize, filter: usize, Y: usize, width: i32, C: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  strideH: i32, strideW: i32, dilationH: i32, dilationW: i32, neighbours: bool
): void {
  const pixel = <usize>C << 2, stepX = <usize>strideW * pixel
  const stepKW = <usize>dilationW * pixel, stepKH = <usize>(dilationH * width) * pixel
  for (let oh = 0; oh < OH; oh++) {
    const line = X + <usize>(oh * strideH * width) * pixel
    let c = 0
    for (; c + 4 <= C; c += 4) {
      const o = <usize>c << 2
      let y = Y + <usize>(oh * OW) * pixel + o, x = line + o, ow = 0
      for (; ow + 4 <= OW; ow += 4) {
        let x0 = splat(0), x1 = x0, x2 = x0, x3 = x0, f = filter + o
        for (let kh = 0; kh < KH; kh++) {
          let p = x + <usize>kh * stepKH
          if (neighbours) {
            // Of six inputs three are under each of the four places: half of the loads.
            const w0 = load(f), w1 = load(f + pixel), w2 = load(f + 2 * pixel)
            const p1 = p + pixel, p2 = p1 + pixel
            const i1 = load(p1), i2 = load(p2), i3 = load(p1 + 2 * pixel), i4 = load(p2 + 2 * pixel)
            x0 = addMul(addMul(addMul(x0, load(p), w0), i1, w1), i2, w2)
            x1 = addMul(addMul(addMul(x1, i1, w0), i2, w1), i3, w2)
            x2 = addMul(addMul(addMul(x2, i2, w0), i3, w1), i4, w2)
            x3 = addMul(addMul(addMul(x3, i3, w0), i4, w1), load(p1 + 4 * pixel), w2)
            f += 3 * pixel
            continue
          }
          for (let kw = 0; kw < KW; kw++) {
            const w = load(f)
            x0 = addMul(x0, load(p), w)
            x1 = addMul(x1, load(p + stepX), w)
            x2 = addMul(x2, load(p + 2 * stepX), w)
            x3 = addMul(x3, load(p + 3 * stepX), w)
            p += stepKW
            f += pixel
          }
        }
        store(y, x0); store(y + pixel, x1); store(y + 2 * pixel, x2); store(y + 3 * pixel, x3)
        y += 4 * pixel
        x += 4 * stepX
      }
      for (; ow < OW; ow++) {
        let sum = splat(0), f = filter + o
        for (let kh = 0; kh < KH; kh++) {
          let p = x + <usize>kh * stepKH
          for (let kw = 0; kw < KW; kw++) {
            sum = addMul(sum, load(p), load(f))
            p += stepKW
            f += pixel
          }
        }
        store(y, sum)
        y += pixel
        x += stepX
      }
    }
    for (; c < C; c++) {
      const o = <usize>c << 2
      let y = Y + <usize>(oh * OW) * pixel + o, x = line + o
      for (let ow = 0; ow < OW; ow++) {
        let sum: f32 = 0, f = filter + o
        for (let kh = 0; kh < KH; kh++) {
          let p = x + <usize>kh * stepKH
          for (let kw = 0; kw < KW; kw++) {
            sum += loadFloat(p) * loadFloat(f)
            p += stepKW
            f += pixel
          }
        }
        storeFloat(y, sum)
        y += pixel
        x += stepX
      }
    }
  }
}

/**
 * The gradient of a depthwise filter from one image, added to dW[KH, KW, C]; X[·, width, C] is
 * padded already. Every element sums over the even places of each line and over the odd ones.
 */
export function depthwiseFilterGradient(
  X: usize, dY: usize, dW: usize, width: i32, C: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  strideH: i32, strideW: i32, dilationH: i32, dilationW: i32
): void {
  const pixel = <usize>C << 2, stepX = <usize>strideW * pixel, tap = <usize>dilationW * pixel
  const lineX = <usize>(strideH * width) * pixel
  for (let kh = 0; kh < KH; kh++) {
    const start = X + <usize>(kh * dilationH * width) * pixel, target = dW + <usize>(kh * KW) * pixel
    for (let c = 0; c + 4 <= C; c += 4) {
      const o = <usize>c << 2
      let x = start + o, w = target + o, kw = 0
      for (; kw + 3 <= KW; kw += 3) {
        threeTaps(x, dY + o, w, OH, OW, lineX, stepX, pixel, tap)
        x += 3 * tap
        w += 3 * pixel
      }
      for (; kw < KW; kw++) {
        oneTap(x, dY + o, w, OH, OW, lineX, stepX, pixel)
        x += tap
        w += pixel
      }
    }
    for (let c = C & ~3; c < C; c++) {
      const o = <usize>c << 2
      for (let kw = 0; kw < KW; kw++) {
        let sum: f32 = 0, y = dY + o
        for (let oh = 0; oh < OH; oh++) {
          let x = start + <usize>kw * tap + <usize>oh * lineX + o
          for (let ow = 0; ow < OW; ow++) {
            sum += loadFloat(x) * loadFloat(y)
            x += stepX
            y += pixel
          }
        }
        const w = target + <usize>kw * pixel + o
        storeFloat(w, loadFloat(w) + sum)
      }
    }
  }
}

function oneTap(
  source: usize, y: usize, w: usize, OH: i32, OW: i32, lineX: usize, stepX: usize, pixel: usize
): void {
  let even = splat(0), odd = splat(0)
  for (let oh = 0; oh < OH; oh++) {
    let x = source, ow = 0
    for (; ow + 2 <= OW; ow += 2) {
      even = addMul(even, load(x), load(y))
      odd = addMul(odd, load(x + stepX), load(y + pixel))
      x += 2 * stepX
      y += 2 * pixel
    }
    if (ow < OW) {
      even = addMul(even, load(x), load(y))
      y += pixel
    }
    source += lineX
  }
  store(w, f32x4.add(load(w), f32x4.add(even, odd)))
}

/** Three neighbouring taps at once: a single one waits for its two sums. */
function threeTaps(
  source: usize, y: usize, w: usize, OH: i32, OW: i32, lineX: usize, stepX: usize, pixel: usize, tap: usize
): void {
  let even0 = splat(0), even1 = even0, even2 = even0, odd0 = even0, odd1 = even0, odd2 = even0
  for (let oh = 0; oh < OH; oh++) {
    let x = source, ow = 0
    for (; ow + 2 <= OW; ow += 2) {
      const dy = load(y), next = load(y + pixel), x1 = x + stepX
      even0 = addMul(even0, load(x), dy)
      even1 = addMul(even1, load(x + tap), dy)
      even2 = addMul(even2, load(x + 2 * tap), dy)
      odd0 = addMul(odd0, load(x1), next)
      odd1 = addMul(odd1, load(x1 + tap), next)
      odd2 = addMul(odd2, load(x1 + 2 * tap), next)
      x += 2 * stepX
      y += 2 * pixel
    }
    if (ow < OW) {
      const dy = load(y)
      even0 = addMul(even0, load(x), dy)
      even1 = addMul(even1, load(x + tap), dy)
      even2 = addMul(even2, load(x + 2 * tap), dy)
      y += pixel
    }
    source += lineX
  }
  store(w, f32x4.add(load(w), f32x4.add(even0, odd0)))
  w += pixel
  store(w, f32x4.add(load(w), f32x4.add(even1, odd1)))
  w += pixel
  store(w, f32x4.add(load(w), f32x4.add(even2, odd2)))
}
