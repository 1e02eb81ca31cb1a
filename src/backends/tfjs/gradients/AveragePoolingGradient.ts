import type { backend_util } from "../../../tf.js"

/** Depth, height and width. */
type Extent = readonly [number, number, number]

/** Where the windows of a pooling lie. Flat images have a depth of one. */
export interface Windows {
  readonly batch: number
  readonly channels: number
  readonly input: Extent
  readonly output: Extent
  readonly window: Extent
  readonly stride: Extent
  readonly padding: Extent
}

export const windows2d = (info: backend_util.Conv2DInfo): Windows => ({
  batch: info.batchSize,
  channels: info.inChannels,
  input: [1, info.inHeight, info.inWidth],
  output: [1, info.outHeight, info.outWidth],
  window: [1, info.filterHeight, info.filterWidth],
  stride: [1, info.strideHeight, info.strideWidth],
  padding: [0, info.padInfo.top, info.padInfo.left]
})

export const windows3d = (info: backend_util.Conv3DInfo): Windows => ({
  batch: info.batchSize,
  channels: info.inChannels,
  input: [info.inDepth, info.inHeight, info.inWidth],
  output: [info.outDepth, info.outHeight, info.outWidth],
  window: [info.filterDepth, info.filterHeight, info.filterWidth],
  stride: [info.strideDepth, info.strideHeight, info.strideWidth],
  padding: [info.padInfo.front, info.padInfo.top, info.padInfo.left]
})

/** The windows of a gradient: TensorFlow.js does not pass on how the size of the output was rounded. */
export const ofGradient = (at: Windows, dy: ReadonlyArray<number>): Windows => ({
  ...at,
  output: [dy.length === 5 ? dy[1]! : 1, dy.at(-3)!, dy.at(-2)!]
})

/** The part of a window along an axis that lies inside, from and to. */
const span = (at: Windows, axis: 0 | 1 | 2, place: number): readonly [number, number] => {
  const start = place * at.stride[axis] - at.padding[axis]
  return [Math.max(0, start), Math.min(at.input[axis], start + at.window[axis])]
}

/** How much of each window lies inside, from 0 to 1, for one image and channel. */
export const fullness = (at: Windows): Float32Array => {
  const [OD, OH, OW] = at.output
  return Float32Array.from({ length: OD * OH * OW }, (_, place) => {
    const places = [Math.floor(place / (OH * OW)), Math.floor(place / OW) % OH, place % OW]
    return ([0, 1, 2] as const).reduce<number>((part, axis) => {
      const [from, to] = span(at, axis, places[axis]!)
      return (part * (to - from)) / at.window[axis]
    }, 1)
  })
}

/** The mean of each window over the part that lies inside, into y; NaN where there is none. */
export const means = (at: Windows, x: Float32Array, y: Float32Array): void =>
  eachWindow(at, (place, pixels, count) => {
    for (let c = 0; c < at.channels; c++) {
      let sum = 0
      for (let i = 0; i < count; i++) sum += x[pixels[i]! * at.channels + c]!
      y[place * at.channels + c] = sum / count
    }
  })

/** The maximum of each window over the part that lies inside, into y; of a NaN and anything, NaN. */
export const maxima = (at: Windows, x: Float32Array, y: Float32Array): void =>
  eachWindow(at, (place, pixels, count) => {
    for (let c = 0; c < at.channels; c++) {
      let best = -Infinity
      for (let i = 0; i < count; i++) best = Math.max(best, x[pixels[i]! * at.channels + c]!)
      y[place * at.channels + c] = best
    }
  })

/** Gives the place of each window in the output, and those of its pixels that lie inside: `count`. */
const eachWindow = (
  at: Windows,
  visit: (place: number, pixels: Int32Array, count: number) => void
): void => {
  const pixels = new Int32Array(at.window[0] * at.window[1] * at.window[2])
  const [D, H, W] = at.input
  const [OD, OH, OW] = at.output
  for (let place = 0; place < at.batch * OD * OH * OW; place++) {
    const b = Math.floor(place / (OD * OH * OW))
    const [d0, d1] = span(at, 0, Math.floor(place / (OH * OW)) % OD)
    const [h0, h1] = span(at, 1, Math.floor(place / OW) % OH)
    const [w0, w1] = span(at, 2, place % OW)
    let count = 0
    for (let d = d0; d < d1; d++) {
      for (let h = h0; h < h1; h++) {
        for (let w = w0; w < w1; w++) pixels[count++] = ((b * D + d) * H + h) * W + w
      }
    }
    visit(place, pixels, count)
  }
}

/**
 * Adds to dx, zero before, the gradient of average pooling: each element of dy is shared out evenly
 * over the part of its window that lies inside, as the mean was taken over that part. The stock
 * kernels divide by the full window.
 */
export const addGradient = (at: Windows, dy: Float32Array, dx: Float32Array): void => {
  const { channels } = at
  eachWindow(at, (place, pixels, count) => {
    const [share, from] = [1 / count, place * channels]
    for (let p = 0; p < count; p++) {
      const to = pixels[p]! * channels
      for (let c = 0; c < channels; c++) dx[to + c]! += dy[from + c]! * share
    }
  })
}
