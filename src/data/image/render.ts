import type { Rng } from "../Dataset.js"
import type { ImageInput } from "./ImageInput.js"
import * as Pixels from "./Pixels.js"

/** How training images are changed at random. */
export interface Augmentation {
  /** Mirrors one image in two. */
  readonly flip?: boolean
  /** Takes a rectangle at random, of at least this share of the area that is taken otherwise. */
  readonly crop?: number
  /** Multiplies by a factor from 1 − this to 1 + this. */
  readonly brightness?: number
  readonly contrast?: number
  readonly saturation?: number
}

/** What is done to one image, drawn once. */
export interface Plan extends Pixels.ColorFactors {
  readonly flip: boolean
  /** Lengths of the rectangle relative to the largest, and where it lies, from 0 to 1. */
  readonly zoom: number
  readonly across: number
  readonly down: number
}

/** Draws as many numbers for every augmentation, so that a change of one moves no other. */
export const draw = (
  { brightness = 0, contrast = 0, crop = 1, flip = false, saturation = 0 }: Augmentation,
  rng: Rng
): Plan => {
  const factor = (most: number, x: number) => 1 + most * (2 * x - 1)
  const [mirror, area, across, down, b, c, s] = Array.from({ length: 7 }, rng) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number
  ]
  return {
    flip: flip && mirror < 0.5,
    zoom: Math.sqrt(crop + (1 - crop) * area),
    across,
    down,
    brightness: factor(brightness, b),
    contrast: factor(contrast, c),
    saturation: factor(saturation, s)
  }
}

/** The bytes of an input, [height, width, channels]; with a plan, changed by it. */
export const render = (
  image: Pixels.Pixels,
  { channels, fit, height, width }: ImageInput,
  plan?: Plan
): Uint8Array => {
  const largest =
    fit === "stretch"
      ? { left: 0, top: 0, width: image.width, height: image.height }
      : Pixels.centred(image, width / height)
  const { across = 0.5, down = 0.5, zoom = 1 } = plan ?? {}
  const region = { width: largest.width * zoom, height: largest.height * zoom }
  // A rectangle that is not all of the image may lie anywhere in it.
  const room =
    zoom === 1 || fit === "stretch"
      ? largest
      : { left: 0, top: 0, width: image.width, height: image.height }
  const scaled = Pixels.resize(
    image,
    {
      ...region,
      left: room.left + (room.width - region.width) * across,
      top: room.top + (room.height - region.height) * down
    },
    width,
    height
  )
  const mirrored = plan?.flip === true ? Pixels.flipped(scaled) : scaled
  const changesColor =
    plan !== undefined && (plan.brightness !== 1 || plan.contrast !== 1 || plan.saturation !== 1)
  const { data } = changesColor ? Pixels.recolored(mirrored, plan) : mirrored
  return channels === 3
    ? data
    : Uint8Array.from({ length: width * height }, (_, i) => Math.round(Pixels.luma(data, 3 * i)))
}

/** What a batch holds of rendered images: bytes, or floats where channels are normalized. */
export const batchOf = (
  images: ReadonlyArray<Uint8Array>,
  { channels, height, mean, std, width }: ImageInput
): Uint8Array | Float32Array => {
  const length = height * width * channels
  if (mean === undefined || std === undefined) {
    const bytes = new Uint8Array(images.length * length)
    images.forEach((image, i) => bytes.set(image, i * length))
    return bytes
  }
  const numbers = new Float32Array(images.length * length)
  images.forEach((image, i) => {
    for (let k = 0; k < length; k++) {
      const channel = k % channels
      numbers[i * length + k] = (image[k]! / 255 - mean[channel]!) / std[channel]!
    }
  })
  return numbers
}
