import { addMul, load, splat, splatLoad } from "./lanes"
import { storeTile } from "./matmul"
import { packPanel } from "./panels"

/**
 * The convolution of one image: Y[OH, OW, Co] from X[·, width, Ci], padded already, and a filter
 * [KH, KW, Ci, Co] packed in panels. `edge` is 128 bytes of scratch memory.
 */
export function convolve(
  X: usize, panels: usize, Y: usize, width: i32, Ci: i32, OH: i32, OW: i32, Co: i32,
  KH: i32, KW: i32, strideH: i32, strideW: i32, dilationH: i32, dilationW: i32, edge: usize
): void {
  // Without dilation the inputs under one row of the filter are contiguous: one run of KW × Ci.
  const runs = dilationW == 1 ? 1 : KW
  const run = <usize>(dilationW == 1 ? KW * Ci : Ci) << 2
  const panelSize = <usize>(KH * KW * Ci) << 5
  const stepX = <usize>(strideW * Ci) << 2, rowX = <usize>(width * Ci) << 2
  const stepKH = <usize>dilationH * rowX, stepKW = <usize>(dilationW * Ci) << 2
  const rowY = <usize>Co << 2
  for (let oh = 0; oh < OH; oh++) {
    const line = X + <usize>(oh * strideH) * rowX
    let panel = panels
    for (let n0 = 0; n0 < Co; n0 += 8) {
      const columns = min(8, Co - n0)
      let x = line, y = Y + (<usize>(oh * OW * Co + n0) << 2), ow = 0
      for (; ow + 4 <= OW; ow += 4) {
        placesTile(
          x, panel, y, 4, columns, stepX, 2 * stepX, 3 * stepX, KH, runs, run, stepKH, stepKW, rowY, edge
        )
        x += 4 * stepX
        y += 4 * rowY
      }
      const rest = OW - ow
      if (rest > 0) {
        const o1: usize = rest > 1 ? stepX : 0, o2: usize = rest > 2 ? 2 * stepX : o1
        placesTile(x, panel, y, rest, columns, o1, o2, o2, KH, runs, run, stepKH, stepKW, rowY, edge)
      }
      panel += panelSize
    }
  }
}

/** Four places of Y, whose inputs lie at `o1`, `o2` and `o3` from the first's, by eight channels. */
function placesTile(
  x: usize, panel: usize, y: usize, rows: i32, columns: i32, o1: usize, o2: usize, o3: usize,
  KH: i32, runs: i32, run: usize, stepKH: usize, stepKW: usize, rowY: usize, edge: usize
): void {
  let x0 = splat(0), x1 = x0, x2 = x0, x3 = x0, x4 = x0, x5 = x0, x6 = x0, x7 = x0
  for (let kh = 0; kh < KH; kh++) {
    for (let r = 0; r < runs; r++) {
      let a = x + <usize>r * stepKW
      const end = a + run
      while (true) {
        let b0 = load(panel), b1 = load(panel + 16), v = splatLoad(a)
        x0 = addMul(x0, v, b0); x1 = addMul(x1, v, b1)
        v = splatLoad(a + o1)
        x2 = addMul(x2, v, b0); x3 = addMul(x3, v, b1)
        v = splatLoad(a + o2)
        x4 = addMul(x4, v, b0); x5 = addMul(x5, v, b1)
        v = splatLoad(a + o3)
        x6 = addMul(x6, v, b0); x7 = addMul(x7, v, b1)
        a += 4
        panel += 32
        if (a >= end) break
        b0 = load(panel); b1 = load(panel + 16); v = splatLoad(a)
        x0 = addMul(x0, v, b0); x1 = addMul(x1, v, b1)
        v = splatLoad(a + o1)
        x2 = addMul(x2, v, b0); x3 = addMul(x3, v, b1)
        v = splatLoad(a + o2)
        x4 = addMul(x4, v, b0); x5 = addMul(x5, v, b1)
        v = splatLoad(a + o3)
        x6 = addMul(x6, v, b0); x7 = addMul(x7, v, b1)
        a += 4
        panel += 32
        if (a >= end) break
      }
    }
    x += stepKH
  }
  storeTile(y, rowY, rows, columns, false, edge, x0, x1, x2, x3, x4, x5, x6, x7)
}

/**
 * The gradient of a filter from one image, added to dW[KH, KW, Ci, Co]; X[·, width, Ci] is padded
 * already. It goes over so many lines of dY at a time that they stay in the cache, and sums over their
 * places first. `scratch` holds max(128, OW) × 32 bytes for them, and 128 more.
 */
export function convolveFilterGradient(
  X: usize, dY: usize, dW: usize, width: i32, Ci: i32, OH: i32, OW: i32, Co: i32,
  KH: i32, KW: i32, strideH: i32, strideW: i32, dilationH: i32, dilationW: i32, scratch: usize
): void {
  // As in `convolve`: a run is what is contiguous under a row of the filter.
  const runs = dilationW == 1 ? 1 : KW, run = dilationW == 1 ? KW * Ci : Ci
  const rowX = <usize>(width * Ci) << 2, stepX = <usize>(strideW * Ci) << 2, rowW = <usize>Co << 2
  const lineX = <usize>strideH * rowX, lines = max(1, 128 / OW)
  const edge = scratch + (<usize>(lines * OW) << 5)
  for (let oh = 0; oh < OH; oh += lines) {
    const count = min(lines, OH - oh), top = X + <usize>oh * lineX
    const slopes = dY + (<usize>(oh * OW * Co) << 2)
    for (let n0 = 0; n0 < Co; n0 += 8) {
      const columns = min(8, Co - n0)
      packPanel(slopes + (n0 << 2), scratch, count * OW, columns, rowW, 4)
      for (let kh = 0; kh < KH; kh++) {
        for (let r = 0; r < runs; r++) {
          const source = top + <usize>(kh * dilationH) * rowX + (<usize>(r * dilationW * Ci) << 2)
          filterRows(
            source, scratch, dW + <usize>((kh * runs + r) * run) * rowW + (n0 << 2), run, columns,
            count, OW, lineX, stepX, rowW, edge
          )
        }
      }
    }
  }
}

/** `run` rows of dW by eight channels. */
function filterRows(
  source: usize, panel: usize, target: usize, run: i32, columns: i32, OH: i32, OW: i32,
  lineX: usize, stepX: usize, rowW: usize, edge: usize
): void {
  let m0 = 0
  for (; m0 + 4 <= run; m0 += 4) {
    filterTile(source, panel, target, 4, columns, 4, 8, 12, OH, OW, lineX, stepX, rowW, edge)
    source += 16
    target += 4 * rowW
  }
  const rest = run - m0
  if (rest == 0) return
  const o1: usize = rest > 1 ? 4 : 0, o2: usize = rest > 2 ? 8 : o1
  filterTile(source, panel, target, rest, columns, o1, o2, o2, OH, OW, lineX, stepX, rowW, edge)
}

/** Four rows of dW, whose inputs lie at `o1`, `o2` and `o3` from the first's, summed over the places. */
function filterTile(
  source: usize, panel: usize, target: usize, rows: i32, columns: i32, o1: usize, o2: usize,
  o3: usize, OH: i32, OW: i32, lineX: usize, stepX: usize, rowW: usize, edge: usize
): void {
  let x0 = splat(0), x1 = x0, x2 = x0, x3 = x0, x4 = x0, x5 = x0, x6 = x0, x7 = x0
  for (let oh = 0; oh < OH; oh++) {
    let x = source
    for (let ow = 0; ow < OW; ow++) {
      const b0 = load(panel), b1 = load(panel + 16)
      let v = splatLoad(x)
      x0 = addMul(x0, v, b0); x1 = addMul(x1, v, b1)
      v = splatLoad(x + o1)
      x2 = addMul(x2, v, b0); x3 = addMul(x3, v, b1)
      v = splatLoad(x + o2)
      x4 = addMul(x4, v, b0); x5 = addMul(x5, v, b1)
      v = splatLoad(x + o3)
      x6 = addMul(x6, v, b0); x7 = addMul(x7, v, b1)
      x += stepX
      panel += 32
    }
    source += lineX
  }
  storeTile(target, rowW, rows, columns, true, edge, x0, x1, x2, x3, x4, x5, x6, x7)
}

/**
 * Copies an image [H, W, C] into a zeroed one [outH, outW, C], element (h, w) to
 * (top + h * stepH, left + w * stepW). What falls outside is left out.
 */
export function place(
  x: usize, target: usize, H: i32, W: i32, C: i32,
  outH: i32, outW: i32, top: i32, left: i32, stepH: i32, stepW: i32
): void {
  const pixel = <usize>C << 2
  memory.fill(target, 0, <usize>(outH * outW) * pixel)
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
