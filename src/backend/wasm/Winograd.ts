import type { backend_util, TensorInfo } from "@tensorflow/tfjs"
import { size, type Tools } from "./Kernel.js"

type Info = backend_util.Conv2DInfo
type Matrix = ReadonlyArray<ReadonlyArray<number>>

/*
 * Convolution by Winograd's algorithm along the width (Lavin and Gray, arXiv:1509.09308): tiles of
 * the input, and the filter's rows, are transformed to their values at eight points, multiplied
 * there, and the products transformed back. With a filter of 3 that takes 8 multiplications for 6
 * outputs instead of 18; with one of 5, 8 for 4 instead of 20.
 */

/** The points, infinity being the eighth. Small ones and their inverses keep the rounding small. */
const points = [0, 1, -1, 2, -2, 1 / 2, -1 / 2]
const N = 8

/** Whether a convolution is of the kind that the algorithm is for, and large enough to gain by it. */
export const suits = (info: Info): boolean =>
  info.strideHeight === 1 &&
  info.strideWidth === 1 &&
  info.dilationHeight === 1 &&
  info.dilationWidth === 1 &&
  info.filterWidth >= 3 &&
  info.filterWidth <= 5 &&
  info.inChannels >= 16 &&
  info.outChannels >= 16 &&
  info.outWidth >= 12

/** Values of a polynomial of `terms` coefficients at the points: [8, terms]. */
const values = (terms: number): Matrix => [
  ...points.map((x) => Array.from({ length: terms }, (_, power) => x ** power)),
  Array.from({ length: terms }, (_, power) => (power === terms - 1 ? 1 : 0))
]

/** The polynomial with the roots given, its coefficients in ascending order, filled up to eight. */
const withRoots = (roots: ReadonlyArray<number>): ReadonlyArray<number> =>
  roots.reduce<ReadonlyArray<number>>(
    (p, root) => p.map((a, i) => (i === 0 ? 0 : p[i - 1]!) - root * a),
    Array.from({ length: N }, (_, i) => (i === 0 ? 1 : 0))
  )

const others = (i: number): ReadonlyArray<number> => points.filter((_, k) => k !== i)

/** For tiles of the input, [8, 8]. */
const forInput: Matrix = [...points.map((_, i) => withRoots(others(i))), withRoots(points)]

/** For what the input is multiplied with, of `terms` elements: [8, terms]. */
const forFactor = (terms: number): Matrix =>
  values(terms).map((row, i) => {
    const x = points[i]
    const scale = x === undefined ? 1 : others(i).reduce((product, y) => product * (x - y), 1)
    return row.map((value) => value / scale)
  })

/** Back to `terms` outputs, [terms, 8]. */
const forOutput = (terms: number): Matrix => {
  const rows = values(terms)
  return Array.from({ length: terms }, (_, i) => rows.map((row) => row[i]!))
}

/** How a convolution is cut into tiles; sizes are numbers of floats. */
const layout = (info: Info) => {
  const outputs = N - info.filterWidth + 1
  const tiles = Math.ceil(info.outWidth / outputs)
  const height = info.outHeight + info.filterHeight - 1
  const width = tiles * outputs + info.filterWidth - 1
  return { outputs, tiles, height, width }
}

/** Reserves scratch memory for areas of so many floats each, and gives their addresses. */
const withAreas = <A>(
  { heap }: Tools,
  sizes: ReadonlyArray<number>,
  body: (...addresses: ReadonlyArray<number>) => A
): A =>
  heap.withScratch(4 * sizes.reduce((a, b) => a + b, 0) + 128, (scratch) => {
    let next = scratch
    return body(...sizes.map((floats) => (next += 4 * floats) - 4 * floats))
  })

const write = ({ heap }: Tools, address: number, matrix: Matrix): void =>
  new Float32Array(heap.memory.buffer, address, size([matrix.length, matrix[0]!.length])).set(
    matrix.flat()
  )

/**
 * Convolves x [B, H, W, Ci], to be padded by `top` and `left` (and whatever is needed on the other
 * sides), with a filter [KH, KW, Ci, Co], into `out` [B, OH, OW, Co].
 */
export const convolve = (
  tools: Tools,
  x: TensorInfo,
  filter: TensorInfo,
  out: TensorInfo,
  info: Info,
  top: number,
  left: number
): void => {
  const { heap, simd } = tools
  const { inHeight: H, inWidth: W, inChannels: Ci, outHeight: OH, outWidth: OW } = info
  const { filterHeight: KH, filterWidth: KW, outChannels: Co } = info
  const { outputs, tiles, height, width } = layout(info)
  const panels = Math.ceil(Co / 8) * Ci * 8
  const sizes = [
    64,
    8 * KW,
    8 * outputs,
    8 * KH * Ci * Co,
    8 * KH * panels,
    height * width * Ci,
    8 * height * tiles * Ci,
    8 * OH * tiles * Co,
    32
  ]
  withAreas(tools, sizes, (...areas) => {
    const [BT, G, AT, U, P, image, V, M, edge] = areas
    write(tools, BT!, forInput)
    write(tools, G!, forFactor(KW))
    write(tools, AT!, forOutput(outputs))
    const plane = Ci * Co * 4
    // U[p, kh] = the filter's row at point p; then each in panels.
    simd.transform(
      G!,
      8,
      KW,
      Ci * Co,
      KH,
      heap.address(filter),
      plane,
      KW * plane,
      U!,
      KH * plane,
      plane
    )
    for (let i = 0; i < 8 * KH; i++) {
      simd.packMatrix(U! + i * plane, P! + i * panels * 4, Ci, Co, Co * 4, 4)
    }
    const [rowV, rowM] = [height * tiles * Ci * 4, OH * tiles * Co * 4]
    for (let b = 0; b < info.batchSize; b++) {
      const source = heap.address(x) + b * H * W * Ci * 4
      simd.place(source, image!, H, W, Ci, height, width, top, left, 1, 1)
      for (let h = 0; h < height; h++) {
        const from = image! + h * width * Ci * 4
        const to = V! + h * tiles * Ci * 4
        simd.transform(BT!, 8, 8, Ci, tiles, from, Ci * 4, outputs * Ci * 4, to, rowV, Ci * 4)
      }
      for (let p = 0; p < 8; p++) {
        for (let kh = 0; kh < KH; kh++) {
          const A = V! + p * rowV + kh * tiles * Ci * 4
          const panel = P! + (p * KH + kh) * panels * 4
          const C = M! + p * rowM
          simd.multiplyPanels(
            A,
            panel,
            C,
            OH * tiles,
            Co,
            Ci,
            Ci * 4,
            4,
            Co * 4,
            Number(kh > 0),
            edge!
          )
        }
      }
      for (let h = 0; h < OH; h++) {
        const from = M! + h * tiles * Co * 4
        const to = heap.address(out) + (b * OH + h) * OW * Co * 4
        const whole = Math.floor(OW / outputs)
        const next = outputs * Co * 4
        simd.transform(AT!, outputs, 8, Co, whole, from, rowM, Co * 4, to, Co * 4, next)
        const rest = OW - whole * outputs
        const last = from + whole * Co * 4
        if (rest > 0)
          simd.transform(AT!, rest, 8, Co, 1, last, rowM, 0, to + whole * next, Co * 4, 0)
      }
    }
  })
}

/** The gradient of the filter, into `out` [KH, KW, Ci, Co]: here dy is the factor, and dW the output. */
export const filterGradient = (
  tools: Tools,
  x: TensorInfo,
  dy: TensorInfo,
  out: TensorInfo,
  info: Info
): void => {
  const { heap, simd } = tools
  const { inHeight: H, inWidth: W, inChannels: Ci, outHeight: OH, outWidth: OW } = info
  const { filterHeight: KH, filterWidth: KW, outChannels: Co, padInfo } = info
  const { outputs, tiles, height, width } = layout(info)
  const full = tiles * outputs
  const sizes = [
    64,
    8 * outputs,
    8 * KW,
    height * width * Ci,
    OH * full * Co,
    8 * height * tiles * Ci,
    8 * OH * tiles * Co,
    8 * KH * Ci * Co,
    simd.MATMUL_SCRATCH.value / 4
  ]
  withAreas(tools, sizes, (...areas) => {
    const [BT, G, AT, image, gradient, V, Y, S, scratch] = areas
    write(tools, BT!, forInput)
    write(tools, G!, forFactor(outputs))
    write(tools, AT!, forOutput(KW))
    const [rowV, rowY, plane] = [height * tiles * Ci * 4, OH * tiles * Co * 4, Ci * Co * 4]
    for (let b = 0; b < info.batchSize; b++) {
      const { top, left } = padInfo
      const [X, dY] = [
        heap.address(x) + b * H * W * Ci * 4,
        heap.address(dy) + b * OH * OW * Co * 4
      ]
      simd.place(X, image!, H, W, Ci, height, width, top, left, 1, 1)
      simd.place(dY, gradient!, OH, OW, Co, OH, full, 0, 0, 1, 1)
      for (let h = 0; h < height; h++) {
        const from = image! + h * width * Ci * 4
        const to = V! + h * tiles * Ci * 4
        simd.transform(BT!, 8, 8, Ci, tiles, from, Ci * 4, outputs * Ci * 4, to, rowV, Ci * 4)
      }
      const from = gradient!
      simd.transform(
        G!,
        8,
        outputs,
        Co,
        OH * tiles,
        from,
        Co * 4,
        outputs * Co * 4,
        Y!,
        rowY,
        Co * 4
      )
      for (let p = 0; p < 8; p++) {
        for (let kh = 0; kh < KH; kh++) {
          const A = V! + p * rowV + kh * tiles * Ci * 4
          const C = S! + (p * KH + kh) * plane
          const strides = [4, Ci * 4, Co * 4, 4, Co * 4]
          simd.matmul(A, Y! + p * rowY, C, Ci, Co, OH * tiles, ...strides, Number(b > 0), scratch!)
        }
      }
    }
    simd.transform(
      AT!,
      KW,
      8,
      Ci * Co,
      KH,
      S!,
      KH * plane,
      plane,
      heap.address(out),
      plane,
      KW * plane
    )
  })
}
