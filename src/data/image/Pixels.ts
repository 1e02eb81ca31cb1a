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
  const columns = weights(region.left, region.width, fullWidth, width)
  const rows = weights(region.top, region.height, fullHeight, height)
  const first = rows[0]!.first
  const last = rows.at(-1)!.first + rows.at(-1)!.weights.length
  // Across first, as Pillow does; in floating point, where it rounds to bytes in between.
  const across = new Float32Array((last - first) * width * 3)
  for (let y = first; y < last; y++) {
    for (let x = 0; x < width; x++) {
      const { first: from, weights } = columns[x]!
      let [r, g, b] = [0, 0, 0]
      for (let i = 0; i < weights.length; i++) {
        const at = (y * fullWidth + from + i) * 3
        const weight = weights[i]!
        r += weight * data[at]!
        g += weight * data[at + 1]!
        b += weight * data[at + 2]!
      }
      const at = ((y - first) * width + x) * 3
      across[at] = r
      across[at + 1] = g
      across[at + 2] = b
    }
  }
  const target = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    const { first: from, weights } = rows[y]!
    for (let i = 0; i < width * 3; i++) {
      let sum = 0
      for (let k = 0; k < weights.length; k++) {
        sum += weights[k]! * across[(from - first + k) * width * 3 + i]!
      }
      target[y * width * 3 + i] = Math.min(255, Math.max(0, Math.round(sum)))
    }
  }
  return { width, height, data: target }
}

/** Which pixels of a line make each of `count`, and how much each of them counts. */
const weights = (from: number, length: number, full: number, count: number) => {
  const scale = length / count
  const support = Math.max(1, scale)
  return Array.from({ length: count }, (_, i) => {
    const centre = from + (i + 0.5) * scale
    const first = Math.max(0, Math.floor(centre - support + 0.5))
    const end = Math.min(full, Math.floor(centre + support + 0.5))
    const own = Array.from({ length: Math.max(1, end - first) }, (_, k) =>
      Math.max(0, 1 - Math.abs((first + k + 0.5 - centre) / support))
    )
    const sum = own.reduce((total, one) => total + one, 0)
    return {
      first: Math.min(first, full - 1),
      weights: own.map((one) => (sum === 0 ? 1 : one / sum))
    }
  })
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
  const values = Float32Array.from(data, (value) => Math.min(255, value * brightness))
  let sum = 0
  for (let i = 0; i < values.length; i += 3) sum += luma(values, i)
  const mean = sum / (values.length / 3)
  for (let i = 0; i < values.length; i++) {
    values[i] = clamped(mean + (values[i]! - mean) * contrast)
  }
  const target = new Uint8Array(data.length)
  for (let i = 0; i < values.length; i += 3) {
    const gray = luma(values, i)
    for (let c = 0; c < 3; c++)
      target[i + c] = Math.round(clamped(gray + (values[i + c]! - gray) * saturation))
  }
  return { width, height, data: target }
}

const clamped = (x: number) => Math.min(255, Math.max(0, x))

/** How bright a pixel is, by ITU-R BT.601. */
export const luma = (rgb: ArrayLike<number>, at: number): number =>
  0.299 * rgb[at]! + 0.587 * rgb[at + 1]! + 0.114 * rgb[at + 2]!
