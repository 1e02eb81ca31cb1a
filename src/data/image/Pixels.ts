/** An image: red, green and blue of each pixel, row by row, [height, width, 3]. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** A rectangle of an image, in pixels and parts of them. */
export interface Region {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** The largest centred rectangle of an aspect ratio (width / height); with a share of it, smaller. */
export const centred = (
  { height, width }: Pick<Pixels, "width" | "height">,
  aspect: number
): Region => {
  const region =
    width / height > aspect ? { width: height * aspect, height } : { width, height: width / aspect }
  return { ...region, left: (width - region.width) / 2, top: (height - region.height) / 2 }
}

/**
 * Scales a region of an image to `width` × `height` by a triangle filter that covers at least one pixel,
 * as `Image.resize(size, Image.BILINEAR, box)` of Pillow and antialiased `resize` of torchvision do.
 */
export const resize = (
  { data, height: fullHeight, width: fullWidth }: Pixels,
  region: Region,
  width: number,
  height: number
): Pixels => {
  const columns = taps(region.left, region.width, fullWidth, width)
  const rows = taps(region.top, region.height, fullHeight, height)
  const first = rows.first[0]!
  const last = rows.first[height - 1]! + rows.count[height - 1]!
  // Across first, as Pillow does; in floating point, where it rounds to bytes in between.
  const across = new Float32Array((last - first) * width * 3)
  for (let y = first; y < last; y++) {
    let to = (y - first) * width * 3
    for (let x = 0; x < width; x++) {
      let at = (y * fullWidth + columns.first[x]!) * 3
      let r = 0
      let g = 0
      let b = 0
      const end = x * columns.most + columns.count[x]!
      for (let i = x * columns.most; i < end; i++) {
        const weight = columns.weights[i]!
        r += weight * data[at]!
        g += weight * data[at + 1]!
        b += weight * data[at + 2]!
        at += 3
      }
      across[to] = r
      across[to + 1] = g
      across[to + 2] = b
      to += 3
    }
  }
  const target = new Uint8Array(width * height * 3)
  const line = new Float64Array(width * 3)
  for (let y = 0; y < height; y++) {
    line.fill(0)
    for (let k = 0; k < rows.count[y]!; k++) {
      const weight = rows.weights[y * rows.most + k]!
      const from = (rows.first[y]! - first + k) * width * 3
      for (let i = 0; i < line.length; i++) line[i] = line[i]! + weight * across[from + i]!
    }
    const to = y * width * 3
    for (let i = 0; i < line.length; i++) target[to + i] = byteOf(line[i]!)
  }
  return { width, height, data: target }
}

/** The pixels of a line that make each of some new ones: `count` from `first` on, and how much each counts. */
interface Taps {
  readonly first: Int32Array
  readonly count: Int32Array
  /** Those of the new pixel `i` begin at `i × most`. */
  readonly weights: Float64Array
  readonly most: number
}

const taps = (from: number, length: number, full: number, pixels: number): Taps => {
  const scale = length / pixels
  const support = Math.max(1, scale)
  const most = Math.ceil(2 * support) + 1
  const first = new Int32Array(pixels)
  const count = new Int32Array(pixels)
  const weights = new Float64Array(pixels * most)
  for (let i = 0; i < pixels; i++) {
    const centre = from + (i + 0.5) * scale
    const begin = Math.max(0, Math.floor(centre - support + 0.5))
    const end = Math.min(full, Math.floor(centre + support + 0.5))
    const own = weights.subarray(i * most, i * most + Math.max(1, end - begin))
    let sum = 0
    for (let k = 0; k < own.length; k++) {
      own[k] = Math.max(0, 1 - Math.abs((begin + k + 0.5 - centre) / support))
      sum += own[k]!
    }
    for (let k = 0; k < own.length; k++) own[k] = sum === 0 ? 1 : own[k]! / sum
    first[i] = Math.min(begin, full - 1)
    count[i] = own.length
  }
  return { first, count, weights, most }
}

/** The image as a mirror shows it. */
export const flipped = ({ data, height, width }: Pixels): Pixels => {
  const target = new Uint8Array(data.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3
      const to = (y * width + width - 1 - x) * 3
      target[to] = data[at]!
      target[to + 1] = data[at + 1]!
      target[to + 2] = data[at + 2]!
    }
  }
  return { width, height, data: target }
}

/** Factors of an image's colors: 1 changes nothing, 0 gives black, gray of one shade, or shades of gray. */
export interface ColorFactors {
  readonly brightness: number
  readonly contrast: number
  readonly saturation: number
}

/** Changes brightness, contrast and saturation, in this order, as `ColorJitter` of torchvision does. */
export const recolored = (
  { data, height, width }: Pixels,
  { brightness, contrast, saturation }: ColorFactors
): Pixels => {
  const values = new Float32Array(data.length)
  for (let i = 0; i < values.length; i++) values[i] = Math.min(255, data[i]! * brightness)
  let sum = 0
  for (let i = 0; i < values.length; i += 3) sum += luma(values, i)
  const mean = sum / (values.length / 3)
  for (let i = 0; i < values.length; i++) {
    values[i] = clamped(mean + (values[i]! - mean) * contrast)
  }
  const target = new Uint8Array(data.length)
  for (let i = 0; i < values.length; i += 3) {
    const gray = luma(values, i)
    for (let c = 0; c < 3; c++) {
      target[i + c] = byteOf(gray + (values[i + c]! - gray) * saturation)
    }
  }
  return { width, height, data: target }
}

const clamped = (x: number) => Math.min(255, Math.max(0, x))
const byteOf = (x: number) => clamped(Math.round(x))

/** How bright a pixel is, by ITU-R BT.601. */
export const luma = (rgb: Uint8Array | Float32Array, at: number): number =>
  0.299 * rgb[at]! + 0.587 * rgb[at + 1]! + 0.114 * rgb[at + 2]!
